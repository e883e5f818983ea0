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
 *       path,brand,model,year}, and optionally {@code other-makes.csv} (cars of other makes than
 *       the brands) and {@code not-a-car.csv}.
 *   <li>Folders: {@code <brand>/*.jpg}; one photo in eight, selected by its name, is used for
 *       validation.
 * </ul>
 *
 * @param labels the classes in the training photos
 * @param training photos of the brands, for fitting the weights
 * @param validation photos of the brands, for model selection and calibration
 * @param otherMakes cars of other makes than the brands
 * @param notACar photos without a car
 */
public record DataSet(
    Labels labels,
    List<LabelledPhoto> training,
    List<LabelledPhoto> validation,
    List<LabelledPhoto> otherMakes,
    List<LabelledPhoto> notACar) {

  private static final int VALIDATION_ONE_IN = 8;

  /**
   * Lists the photos without reading them.
   *
   * @throws DataSetException if there are no photos or fewer than two brands, if a brand has no
   *     photos or only validation photos, or if a photo is used for both training and validation
   */
  public static DataSet open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataSetException("the photo folder " + folder + " does not exist");
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
          "%s has validation photos of %s, but no training photos"
              .formatted(folder, String.join(", ", untrained)));
    }
    return data;
  }

  /**
   * Checks that a model can be evaluated on these photos.
   *
   * @throws DataSetException naming the brands that the model does not know
   */
  void checkKnownTo(ModelDescription model) {
    List<String> unknown =
        labels.brands().stream().filter(brand -> !model.labels().brands().contains(brand)).toList();
    if (!unknown.isEmpty()) {
      throw new DataSetException(
          "the model %s does not know %s".formatted(model.name(), String.join(", ", unknown)));
    }
  }

  /** Returns the brands without validation photos, whose accuracy cannot be measured. */
  List<String> brandsWithoutValidation() {
    Set<@Nullable String> validated =
        validation.stream().map(LabelledPhoto::brand).collect(Collectors.toSet());
    return labels.brands().stream().filter(brand -> !validated.contains(brand)).toList();
  }

  /** Returns a hash of all photos' paths and labels. */
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
        CarList.rowsIfExists(folder.resolve("other-makes.csv"), "path", "brand")) {
      String path = CarList.value(row, "path");
      String make = CarList.value(row, "brand");
      otherMakes.add(new LabelledPhoto(folder.resolve(path), path, null, make, true));
    }
    for (Map<String, String> row : CarList.rowsIfExists(folder.resolve("not-a-car.csv"), "path")) {
      String path = CarList.value(row, "path");
      notACar.add(new LabelledPhoto(folder.resolve(path), path, null, null, false));
    }
    requireNotTrainedOn(validation, List.of(training, otherMakes, notACar));
    if (training.stream().anyMatch(photo -> photo.model() != null)) {
      training.replaceAll(DataSet::withFineClass);
      validation.replaceAll(DataSet::withFineClass);
    }
    return new DataSet(labels(training, otherMakes), training, validation, otherMakes, notACar);
  }

  private static void requireNotTrainedOn(
      List<LabelledPhoto> validation, List<List<LabelledPhoto>> trainedOn) {
    Set<Path> files =
        trainedOn.stream()
            .flatMap(List::stream)
            .map(photo -> photo.file().normalize())
            .collect(Collectors.toSet());
    for (LabelledPhoto photo : validation) {
      if (files.contains(photo.file().normalize())) {
        throw new DataSetException(
            "%s is in val.csv and in a training list; remove it from one of them"
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

  /**
   * Gives a photo without a model the fine class of its brand. The probabilities of the model head
   * add up to 1, so a brand without any fine class would never be the most likely one.
   */
  private static LabelledPhoto withFineClass(LabelledPhoto photo) {
    return photo.model() == null
        ? new LabelledPhoto(photo.file(), photo.name(), photo.brand(), photo.brand(), photo.car())
        : photo;
  }

  private static DataSet folders(Path folder) {
    List<LabelledPhoto> training = new ArrayList<>();
    List<LabelledPhoto> validation = new ArrayList<>();
    for (Path brand : sorted(folder).filter(Files::isDirectory).toList()) {
      List<Path> photos = sorted(brand).filter(DataSet::isPhoto).toList();
      if (isModel(brand, photos)) {
        continue;
      }
      if (photos.isEmpty()) {
        throw new DataSetException(
            "the folder " + brand + " has no photos; add some or remove the folder");
      }
      String label = brand.getFileName().toString();
      List<LabelledPhoto> all =
          photos.stream()
              .map(file -> labelled(file, label))
              .collect(Collectors.toCollection(ArrayList::new));
      if (all.stream().allMatch(DataSet::isForValidation)) {
        // With few photos, all may have been selected by chance.
        training.add(all.remove(0));
      }
      all.forEach(photo -> (isForValidation(photo) ? validation : training).add(photo));
    }
    return new DataSet(labels(training, List.of()), training, validation, List.of(), List.of());
  }

  /**
   * Returns whether a folder is the output of a training run, as with {@code --data . --out out},
   * and not a brand. Its only images are the charts of the model card.
   */
  private static boolean isModel(Path folder, List<Path> photos) {
    return Stream.of(Checkpoint.FILE, ModelDescription.FILE)
            .anyMatch(file -> Files.exists(folder.resolve(file)))
        && photos.stream().allMatch(ModelCard::isChart);
  }

  private static LabelledPhoto labelled(Path file, String brand) {
    return new LabelledPhoto(file, brand + "/" + file.getFileName(), brand, null, true);
  }

  /** Decides by the photo's name, so that adding photos does not change the split. */
  private static boolean isForValidation(LabelledPhoto photo) {
    return Math.floorMod(photo.name().hashCode() * 0x9E3779B1, VALIDATION_ONE_IN * 1024) < 1024;
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
