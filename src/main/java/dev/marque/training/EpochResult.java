package dev.marque.training;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How an epoch went: a row of the training log.
 *
 * @param epoch epochs done
 * @param size input size at its end
 * @param learningRate at its end
 * @param loss mean over its steps
 * @param validation top-1 of the averaged weights on the validation photos, where it was measured
 * @param seconds the epoch took
 * @param photosPerSecond learned from
 */
public record EpochResult(
    int epoch,
    String size,
    double learningRate,
    double loss,
    OptionalDouble validation,
    double seconds,
    double photosPerSecond) {

  static final String HEADER = "epoch,size,learning_rate,loss,val_top1,seconds,photos_per_second";

  String row() {
    return String.format(
        Locale.ROOT,
        "%d,%s,%.6f,%.4f,%s,%.1f,%.1f",
        epoch,
        size,
        learningRate,
        loss,
        validation.isPresent() ? String.format(Locale.ROOT, "%.4f", validation.getAsDouble()) : "",
        seconds,
        photosPerSecond);
  }
}
