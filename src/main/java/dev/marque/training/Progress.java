package dev.marque.training;

/** Is notified of the progress of a training run; called on the training thread. */
public interface Progress {

  /** Some photos are unreadable, one line each; the run continues without them. */
  void unreadable(java.util.List<String> photos);

  /**
   * The run has started or been resumed.
   *
   * @param epoch number of epochs already completed
   */
  void started(int epoch, int epochs, int batchesPerEpoch, String summary);

  /** A step is complete. */
  void step(int epoch, int batch, double loss, double photosPerSecond);

  /** An epoch is complete and its checkpoint has been written. */
  void epoch(EpochResult result);
}
