package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.PhotoViewer;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Photos read into memory, decoded as for service.
 *
 * @param examples those that could be read, in the order of the list
 * @param unreadable one line for each that could not: its name and the reason
 */
record PhotoSet(List<Example> examples, List<String> unreadable) {

  /** The long side of photos to train on: what the largest input size can use. */
  static final int TO_TRAIN_ON = 288;

  /** The long side of photos to judge on: no smaller than they are in service. */
  static final int TO_JUDGE_ON = 2 * PhotoViewer.DECODED_SIDE;

  /** From so many photos the memory for all is estimated. */
  private static final int SAMPLE = 50;

  /**
   * Reads photos, several at a time.
   *
   * @param longSide to which larger ones are made smaller, so that all stay in memory
   * @throws DataSetException if they do not fit into the memory
   */
  static PhotoSet read(List<LabelledPhoto> photos, Labels labels, int longSide) {
    return read(photos, labels, longSide, Runtime.getRuntime().maxMemory());
  }

  /** As {@link #read(List, Labels, int)}, into so many bytes. */
  static PhotoSet read(List<LabelledPhoto> photos, Labels labels, int longSide, long memory) {
    if (photos.size() > SAMPLE) {
      List<LabelledPhoto> sample =
          IntStream.range(0, SAMPLE).mapToObj(i -> photos.get(i * photos.size() / SAMPLE)).toList();
      long bytes = readAll(sample, labels, longSide).bytes() * photos.size() / SAMPLE;
      if (bytes > memory) {
        throw new DataSetException(
            "%d photos take about %d MB and Java may use %d; %s"
                .formatted(photos.size(), bytes >> 20, memory >> 20, moreMemory(2 * bytes)));
      }
    }
    return readAll(photos, labels, longSide);
  }

  private long bytes() {
    return examples.stream().mapToLong(example -> example.photo().rgb().length).sum();
  }

  private static String moreMemory(long bytes) {
    return "give it more: JAVA_OPTS=-Xmx%1$dm, or MAVEN_OPTS=-Xmx%1$dm with Maven"
        .formatted(bytes >> 20);
  }

  private static PhotoSet readAll(List<LabelledPhoto> photos, Labels labels, int longSide) {
    List<String> models = labels.models().stream().map(Labels.Model::name).toList();
    List<String> unreadable = Collections.synchronizedList(new ArrayList<>());
    List<Example> examples =
        photos.parallelStream()
            .map(photo -> example(photo, longSide, labels.brands(), models, unreadable))
            .filter(java.util.Objects::nonNull)
            .toList();
    return new PhotoSet(examples, unreadable.stream().sorted().toList());
  }

  private static @org.jspecify.annotations.Nullable Example example(
      LabelledPhoto photo,
      int longSide,
      List<String> brands,
      List<String> models,
      List<String> unreadable) {
    try {
      byte[] bytes = Files.readAllBytes(photo.file());
      Pixels decoded =
          PhotoReader.read(bytes, PhotoLimits.GENEROUS, PhotoViewer.DECODED_SIDE).pixels();
      Pixels pixels = Resampling.fit(decoded, longSide);
      int brand = photo.brand() == null ? Example.NONE : brands.indexOf(photo.brand());
      int model = photo.model() == null ? Example.NONE : models.indexOf(photo.model());
      return new Example(photo.name(), pixels, brand, model, photo.car());
    } catch (PhotoException e) {
      if (e.reason() == PhotoException.Reason.TOO_MUCH_MEMORY) {
        // Left out, it would be missing on this machine only.
        throw new DataSetException(
            "%s: %s; take it out, or %s"
                .formatted(
                    photo.name(),
                    e.getMessage(),
                    moreMemory(2 * Runtime.getRuntime().maxMemory())));
      }
      unreadable.add(photo.name() + ": " + e.getMessage());
    } catch (IOException e) {
      unreadable.add(photo.name() + ": cannot be read from disk");
    }
    return null;
  }
}
