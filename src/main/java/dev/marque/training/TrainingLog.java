package dev.marque.training;

import dev.marque.vision.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The file {@code log.csv} in the run's folder, with one row per epoch. */
final class TrainingLog {

  /** The epoch and the other columns. */
  private static final Pattern ROW =
      Pattern.compile("\\d{1,9}(,[^,]*){" + (EpochResult.HEADER.split(",").length - 1) + "}");

  private final Path file;
  private final List<String> rows = new ArrayList<>();

  /**
   * Opens the log. Drops incomplete rows and rows of epochs without a checkpoint, both of which an
   * interrupted run may leave.
   */
  TrainingLog(Path folder, int epochsDone) throws IOException {
    file = folder.resolve("log.csv");
    if (Files.exists(file)) {
      String text = Files.readString(file);
      text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .filter(row -> ROW.matcher(row).matches() && epoch(row) <= epochsDone)
          .forEach(rows::add);
    }
  }

  private static int epoch(String row) {
    return Integer.parseInt(row.substring(0, row.indexOf(',')));
  }

  /** Adds a row, replacing the file {@linkplain AtomicFile atomically}. */
  void add(EpochResult result) throws IOException {
    rows.add(result.row());
    AtomicFile.write(file, EpochResult.HEADER + "\n" + String.join("\n", rows) + "\n");
  }
}
