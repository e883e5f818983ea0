package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.photo.PhotoFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Labelled photos in a folder, in one of two layouts.
 *
 * <ul>
 *   <li>Lists: {@code train.csv} and {@code val.csv} with the columns {@code
 *       path,brand,model,year}, and where they are there {@code other-makes.csv} (cars of none of
 *       the brands) and {@code not-a-car.csv}.
 *   <li>Folders: {@code <brand>/*.jpg}; one photo in eight, chosen by its name, is kept for
 *       validation.
 * </ul>
 *
 * @param labels what can be told apart, from the training photos
 * @param training photos of the brands to fit weights on
 * @param validation photos of the brands to choose and calibrate on
 * @param otherMakes cars of none of the brands
 * @param notACar photos without a car
 */
public record DataSet(
    Labels labels,
    List<LabelledPhoto> training,
    List<LabelledPhoto> validation,
    List<LabelledPhoto> otherMakes,
    List<LabelledPhoto> notACar) {

  private static final int ONE_IN = 8;

  /**
   * Finds the photos; reads none of them yet.
   *
   * @throws DataSetException if there are none, fewer than two brands, a brand without photos, one
   *     that is only to be validated on, or a photo both to learn from and to validate on
   */
  public static DataSet open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataSetException("there is no folder " + folder + " to read photos from");
    }
    DataSet data = Files.exists(folder.resolve("train.csv")) ? lists(folder) : folders(folder);
    if (data.labels.brands().size() < 2) {
      throw new DataSetException(
          "%s has photos of %d brand(s); at least two are needed, as %s/<brand>/*.jpg"
              .formatted(folder, data.labels.brands().size(), folder));
    }
    Set<String> untrained = new TreeSet<>();
    data.validation.forEach(photo -> untrained.add(Objects.requireNonNull(photo.brand())));
    data.labels.brands().forEach(untrained::remove);
    if (!untrained.isEmpty()) {
      throw new DataSetException(
          "%s has photos of %s to validate on and none to train on"
              .formatted(folder, String.join(", ", untrained)));
    }
    return data;
  }

  /**
   * Checks that a model can be judged on these photos.
   *
   * @throws DataSetException naming the brands that it does not know
   */
  void checkKnownTo(ModelDescription model) {
    List<String> unknown =
        labels.brands().stream().filter(brand -> !model.labels().brands().contains(brand)).toList();
    if (!unknown.isEmpty()) {
      throw new DataSetException(
          "the model %s does not know %s".formatted(model.name(), String.join(", ", unknown)));
    }
  }

  /** The brands that no photo tells how well they are recognised. */
  List<String> brandsWithoutValidation() {
    Set<@Nullable String> validated =
        validation.stream().map(LabelledPhoto::brand).collect(Collectors.toSet());
    return labels.brands().stream().filter(brand -> !validated.contains(brand)).toList();
  }

  /** Changes when a photo's path or label does. */
  public String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (List<LabelledPhoto> part : List.of(training, validation, otherMakes, notACar)) {
        for (LabelledPhoto photo : part) {
          digest.update(
              (photo.name() + "\t" + photo.brand() + "\t" + photo.model() + "\n")
                  .getBytes(StandardCharsets.UTF_8));
        }
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DataSet lists(Path folder) {
    List<LabelledPhoto> training = new ArrayList<>();
    List<LabelledPhoto> validation = new ArrayList<>();
    List<LabelledPhoto> otherMakes = new ArrayList<>();
    List<LabelledPhoto> notACar = new ArrayList<>();
    for (Map<String, String> row : CarList.rows(folder.resolve("train.csv"), "path", "brand")) {
      training.add(known(folder, row));
    }
    for (Map<String, String> row : CarList.rows(folder.resolve("val.csv"), "path", "brand")) {
      validation.add(known(folder, row));
    }
    for (Map<String, String> row :
        CarList.rowsIfThere(folder.resolve("other-makes.csv"), "path", "brand")) {
      String path = CarList.value(row, "path");
      String make = CarList.value(row, "brand");
      otherMakes.add(new LabelledPhoto(folder.resolve(path), path, null, make, true));
    }
    for (Map<String, String> row : CarList.rowsIfThere(folder.resolve("not-a-car.csv"), "path")) {
      String path = CarList.value(row, "path");
      notACar.add(new LabelledPhoto(folder.resolve(path), path, null, null, false));
    }
    requireNotLearned(validation, List.of(training, otherMakes, notACar));
    return new DataSet(labels(training, otherMakes), training, validation, otherMakes, notACar);
  }

  private static void requireNotLearned(
      List<LabelledPhoto> validation, List<List<LabelledPhoto>> learned) {
    Set<Path> files =
        learned.stream()
            .flatMap(List::stream)
            .map(photo -> photo.file().normalize())
            .collect(Collectors.toSet());
    for (LabelledPhoto photo : validation) {
      if (files.contains(photo.file().normalize())) {
        throw new DataSetException(
            "%s is in val.csv and in a list to learn from; take it out of one of them"
                .formatted(photo.name()));
      }
    }
  }

  private static LabelledPhoto known(Path folder, Map<String, String> row) {
    String path = CarList.value(row, "path");
    String brand = CarList.value(row, "brand");
    String model = row.getOrDefault("model", "");
    String year = row.getOrDefault("year", "");
    String name = (brand + " " + model + " " + year).strip();
    return new LabelledPhoto(
        folder.resolve(path), path, brand, model.isEmpty() ? null : name, true);
  }

  private static DataSet folders(Path folder) {
    List<LabelledPhoto> training = new ArrayList<>();
    List<LabelledPhoto> validation = new ArrayList<>();
    for (Path brand : sorted(folder).filter(Files::isDirectory).toList()) {
      List<Path> photos = sorted(brand).filter(DataSet::isPhoto).toList();
      if (photos.isEmpty()) {
        throw new DataSetException(
            "the folder " + brand + " has no photos; add some or remove the folder");
      }
      String label = brand.getFileName().toString();
      List<LabelledPhoto> all =
          photos.stream()
              .map(file -> labelled(file, label))
              .collect(Collectors.toCollection(ArrayList::new));
      if (all.stream().allMatch(DataSet::isKeptForValidation)) {
        // Of few photos chance may keep all.
        training.add(all.remove(0));
      }
      all.forEach(photo -> (isKeptForValidation(photo) ? validation : training).add(photo));
    }
    return new DataSet(labels(training, List.of()), training, validation, List.of(), List.of());
  }

  private static LabelledPhoto labelled(Path file, String brand) {
    return new LabelledPhoto(file, brand + "/" + file.getFileName(), brand, null, true);
  }

  /** By the name, so that it stays where it is when others are added. */
  private static boolean isKeptForValidation(LabelledPhoto photo) {
    return Math.floorMod(photo.name().hashCode() * 0x9E3779B1, ONE_IN * 1024) < 1024;
  }

  private static Labels labels(List<LabelledPhoto> training, List<LabelledPhoto> otherMakes) {
    TreeSet<String> brands = new TreeSet<>();
    TreeMap<String, Labels.Model> models = new TreeMap<>();
    for (LabelledPhoto photo : training) {
      brands.add(Objects.requireNonNull(photo.brand()));
      if (photo.model() != null) {
        models.put(photo.model(), new Labels.Model(photo.model(), photo.brand()));
      }
    }
    List<Labels.Model> all = new ArrayList<>(models.values());
    otherMakes.stream()
        .map(LabelledPhoto::model)
        .filter(Objects::nonNull)
        .distinct()
        .sorted()
        .forEach(make -> all.add(new Labels.Model(make, null)));
    return new Labels(List.copyOf(brands), all);
  }

  private static Stream<Path> sorted(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList().stream();
    } catch (IOException e) {
      throw new DataSetException("cannot list the folder " + folder, e);
    }
  }

  private static boolean isPhoto(Path file) {
    return Files.isRegularFile(file) && PhotoFormat.isNamedLikePhoto(file);
  }
}
