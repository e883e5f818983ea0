package dev.marque.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A photo of the data set, not yet read.
 *
 * @param name its path relative to the data set
 * @param brand null where it is of none of the brands
 * @param model make, model and year where they are known, or the make outside the brands
 * @param car whether it shows a car
 */
record LabelledPhoto(
    Path file, String name, @Nullable String brand, @Nullable String model, boolean car) {}
