package dev.marque.vision.photo;

/**
 * A decoded photo.
 *
 * @param pixels upright, perhaps smaller than the file's
 * @param width of the upright photo in the file, pixels
 * @param height of the upright photo in the file, pixels
 */
public record Photo(Pixels pixels, int width, int height) {}
