/** The composition root: builds objects and verticles from the settings, by hand, in one place. */
@NullMarked
package dev.marque.app;

import org.jspecify.annotations.NullMarked;
