package dev.marque.training;

/** Hears how a training run goes; called on the training thread. */
public interface Progress {

  /** Photos that could not be read, one line each; the run goes on without them. */
  void unreadable(java.util.List<String> photos);

  /**
   * The run begins or goes on.
   *
   * @param epoch epochs already done
   */
  void begun(int epoch, int epochs, int batchesAnEpoch, String summary);

  /** A step was taken. */
  void step(int epoch, int batch, double loss, double photosPerSecond);

  /** An epoch is done and its checkpoint written. */
  void epoch(EpochResult result);
}
