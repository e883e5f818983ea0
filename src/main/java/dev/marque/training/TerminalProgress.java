package dev.marque.training;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a training run on the terminal: a progress bar over all steps and a line per epoch. */
final class TerminalProgress implements Progress, AutoCloseable {

  private final PrintStream out = System.err;
  private @Nullable ProgressBar bar;
  private int batches;

  @Override
  public void unreadable(List<String> photos) {
    print(photos.size() + " photos cannot be read and are skipped:");
    photos.forEach(photo -> print("  " + photo));
  }

  @Override
  public void started(int epoch, int epochs, int batchesPerEpoch, String summary) {
    batches = batchesPerEpoch;
    print(summary);
    if (epoch > 0) {
      print("Resuming after epoch " + epoch + " of " + epochs);
    }
    bar =
        new ProgressBarBuilder()
            .setTaskName("Training")
            .setInitialMax((long) epochs * batchesPerEpoch)
            .startsFrom((long) epoch * batchesPerEpoch, java.time.Duration.ZERO)
            .setStyle(ProgressBarStyle.ASCII)
            .setUnit(" steps", 1)
            .setUpdateIntervalMillis(1000)
            .build();
  }

  @Override
  public void step(int epoch, int batch, double loss, double photosPerSecond) {
    if (bar != null) {
      bar.stepTo((long) epoch * batches + batch + 1);
      bar.setExtraMessage(
          String.format(Locale.ROOT, " loss %.3f, %.0f photos/s", loss, photosPerSecond));
    }
  }

  @Override
  public void epoch(EpochResult result) {
    print(
        String.format(
            Locale.ROOT,
            "epoch %d at %s: loss %.3f%s, %.0f photos/s",
            result.epoch(),
            result.size(),
            result.loss(),
            result.validation().isPresent()
                ? String.format(
                    Locale.ROOT,
                    ", validation top-1 %.2f%%",
                    100 * result.validation().getAsDouble())
                : "",
            result.photosPerSecond()));
  }

  void print(String line) {
    out.println(line);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
