package dev.marque.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A photo of the data set that has not been read yet.
 *
 * @param name its path relative to the data set
 * @param brand its brand, or {@code null} if it shows none of the brands
 * @param model make, model and year; only the make for other makes, and for photos without a model
 *     among others with one; {@code null} if unknown
 * @param car whether it shows a car
 */
record LabelledPhoto(
    Path file, String name, @Nullable String brand, @Nullable String model, boolean car) {}
