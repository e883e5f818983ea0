package dev.marque.vision;

/**
 * Class activation map of the top brand: where in the photo the network found evidence for it (Zhou
 * et al., 2016, "Learning Deep Features for Discriminative Localization").
 *
 * @param width cells in a row
 * @param height rows
 * @param cells {@code cells[y * width + x]}, each between 0 (none) and 1 (maximum)
 */
public record HeatMap(int width, int height, float[] cells) {}
