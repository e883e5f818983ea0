package dev.marque.training;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The result of an epoch: a row of the training log.
 *
 * @param epoch number of completed epochs
 * @param size input size at the end of the epoch
 * @param learningRate learning rate at the end of the epoch
 * @param loss mean loss over its steps
 * @param validation top-1 accuracy of the averaged weights on the validation photos, if measured
 * @param seconds duration of the epoch
 * @param photosPerSecond training throughput
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
