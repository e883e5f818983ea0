package dev.marque.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** One row an epoch in {@code log.csv} of the run's folder. */
final class TrainingLog {

  private final Path file;

  /** Opens the log; rows of epochs that a killed run logged but did not keep are dropped. */
  TrainingLog(Path folder, int epochsDone) throws IOException {
    file = folder.resolve("log.csv");
    List<String> kept =
        Files.exists(file)
            ? Files.readAllLines(file).stream()
                .skip(1)
                .filter(row -> Integer.parseInt(row.substring(0, row.indexOf(','))) <= epochsDone)
                .toList()
            : List.of();
    Files.write(file, Stream.concat(Stream.of(EpochResult.HEADER), kept.stream()).toList());
  }

  void add(EpochResult result) throws IOException {
    Files.writeString(file, result.row() + "\n", StandardOpenOption.APPEND);
  }
}
