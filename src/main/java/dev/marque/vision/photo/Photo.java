package dev.marque.vision.photo;

/**
 * A decoded photo.
 *
 * @param pixels the upright photo, possibly subsampled
 * @param width width of the upright photo before subsampling, in pixels
 * @param height height of the upright photo before subsampling, in pixels
 */
public record Photo(Pixels pixels, int width, int height) {}
