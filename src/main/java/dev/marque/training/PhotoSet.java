package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.PhotoViewer;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Photos in memory, decoded as in production.
 *
 * @param examples the readable photos, in the order of the list
 * @param unreadable one line with name and reason for each unreadable photo
 */
record PhotoSet(List<Example> examples, List<String> unreadable) {

  /** Long side in pixels of training photos: as much as the largest input size can use. */
  static final int TO_TRAIN_ON = 288;

  /** Long side in pixels of evaluation photos: not smaller than in production. */
  static final int TO_JUDGE_ON = 2 * PhotoViewer.DECODED_SIDE;

  /** Number of photos from which the memory for all is estimated. */
  private static final int SAMPLE = 50;

  /**
   * Reads photos in parallel.
   *
   * @param longSide long side in pixels to which larger photos are scaled down to save memory
   * @throws DataSetException if the photos do not fit into memory
   */
  static PhotoSet read(List<LabelledPhoto> photos, Labels labels, int longSide) {
    return read(photos, labels, longSide, Runtime.getRuntime().maxMemory());
  }

  /**
   * Like {@link #read(List, Labels, int)}.
   *
   * @param memory bytes of Java's memory that the photos may take; the rest is for others
   */
  static PhotoSet read(List<LabelledPhoto> photos, Labels labels, int longSide, long memory) {
    if (photos.size() > SAMPLE) {
      List<LabelledPhoto> sample =
          IntStream.range(0, SAMPLE).mapToObj(i -> photos.get(i * photos.size() / SAMPLE)).toList();
      long bytes = readAll(sample, labels, longSide).bytes() * photos.size() / SAMPLE;
      if (bytes > memory) {
        long total = Runtime.getRuntime().maxMemory();
        throw new DataSetException(
            "%d photos take about %d MB, but of Java's %d MB only %d MB are left for them; %s"
                .formatted(
                    photos.size(),
                    bytes >> 20,
                    total >> 20,
                    Math.max(0, memory) >> 20,
                    HeapAdvice.increaseTo(2 * (bytes + total - memory))));
      }
    }
    return readAll(photos, labels, longSide);
  }

  /** Returns the number of bytes of all photos. */
  long bytes() {
    return examples.stream().mapToLong(example -> example.photo().rgb().length).sum();
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
      Pixels decoded = PhotoReader.read(photo.file(), PhotoViewer.DECODED_SIDE).pixels();
      Pixels pixels = Resampling.fit(decoded, longSide);
      int brand = photo.brand() == null ? Example.NONE : brands.indexOf(photo.brand());
      int model = photo.model() == null ? Example.NONE : models.indexOf(photo.model());
      return new Example(photo.name(), pixels, brand, model, photo.car());
    } catch (PhotoException e) {
      if (e.reason() == PhotoException.Reason.TOO_MUCH_MEMORY) {
        // Skipping it would change the data set on this machine only.
        throw new DataSetException(
            "%s: %s; remove it, or %s"
                .formatted(
                    photo.name(),
                    e.getMessage(),
                    HeapAdvice.increaseTo(2 * Runtime.getRuntime().maxMemory())));
      }
      unreadable.add(photo.name() + ": " + e.getMessage());
    } catch (IOException e) {
      unreadable.add(photo.name() + ": cannot be read from disk");
    }
    return null;
  }
}
