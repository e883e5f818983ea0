package dev.marque.training;

import dev.marque.vision.photo.Size;

/**
 * What one training step learns from.
 *
 * @param photos {@code float[count][height][width][3]}, normalised
 * @param targets {@code float[count][logits]}: shares of brands, shares of models, car or not
 */
record Batch(int count, Size size, float[] photos, float[] targets) {}
