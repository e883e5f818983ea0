package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Photos read into memory, small enough to stay there.
 *
 * @param examples those that could be read, in the order of the list
 * @param unreadable one line for each that could not: its name and the reason
 */
record PhotoSet(List<Example> examples, List<String> unreadable) {

  /** The long side that photos are kept at: what the largest input size can use. */
  private static final int LONG_SIDE = 288;

  static PhotoSet read(List<LabelledPhoto> photos, Labels labels) {
    List<String> models = labels.models().stream().map(Labels.Model::name).toList();
    List<String> unreadable = Collections.synchronizedList(new ArrayList<>());
    List<Example> examples =
        photos.parallelStream()
            .map(photo -> example(photo, labels.brands(), models, unreadable))
            .filter(java.util.Objects::nonNull)
            .toList();
    return new PhotoSet(examples, unreadable.stream().sorted().toList());
  }

  private static @org.jspecify.annotations.Nullable Example example(
      LabelledPhoto photo, List<String> brands, List<String> models, List<String> unreadable) {
    try {
      byte[] bytes = Files.readAllBytes(photo.file());
      Pixels pixels = PhotoReader.read(bytes, PhotoLimits.GENEROUS, LONG_SIDE).pixels();
      int brand = photo.brand() == null ? Example.NONE : brands.indexOf(photo.brand());
      int model = photo.model() == null ? Example.NONE : models.indexOf(photo.model());
      return new Example(photo.name(), pixels, brand, model, photo.car());
    } catch (PhotoException e) {
      unreadable.add(photo.name() + ": " + e.getMessage());
    } catch (IOException e) {
      unreadable.add(photo.name() + ": cannot be read from disk");
    }
    return null;
  }
}
