package dev.marque.vision;

/**
 * Where in the photo the top brand was seen: a class activation map (Zhou et al., 2016, "Learning
 * Deep Features for Discriminative Localization").
 *
 * @param width cells in a row
 * @param height rows
 * @param cells {@code cells[y * width + x]}, each between 0 (nothing) and 1 (strongest)
 */
public record HeatMap(int width, int height, float[] cells) {}
