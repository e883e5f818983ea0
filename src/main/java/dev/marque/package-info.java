/**
 * Marque recognizes the brand of a car in a photo. The entry point is the command line: {@link
 * dev.marque.Main}.
 */
@NullMarked
package dev.marque;

import org.jspecify.annotations.NullMarked;
