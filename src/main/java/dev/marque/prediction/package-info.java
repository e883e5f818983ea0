/** Predictions: upload, result, history, corrections and the verticle that runs inference. */
@NullMarked
package dev.marque.prediction;

import org.jspecify.annotations.NullMarked;
