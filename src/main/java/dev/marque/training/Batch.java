package dev.marque.training;

import dev.marque.vision.photo.Size;

/**
 * The input of one training step.
 *
 * @param photos {@code float[count][height][width][3]}, normalised
 * @param targets {@code float[count][logits]}: probabilities of brands and models, car or not
 */
record Batch(int count, Size size, float[] photos, float[] targets) {}
