/**
 * Marque: the brand of a car from a photo. The command line is the way in: {@link dev.marque.Main}.
 */
@NullMarked
package dev.marque;

import org.jspecify.annotations.NullMarked;
