/** The composition root: settings become objects and verticles, by hand, in one place. */
@NullMarked
package dev.marque.app;

import org.jspecify.annotations.NullMarked;
