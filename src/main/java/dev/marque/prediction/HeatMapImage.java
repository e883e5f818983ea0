package dev.marque.prediction;

import dev.marque.vision.HeatMap;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * Draws a heat map as a PNG overlay for the photo: transparent for 0, then yellow to red as values
 * rise. A palette of 256 colours keeps it to a few kilobytes.
 */
final class HeatMapImage {

  private static final int LONG_SIDE = 192;
  private static final IndexColorModel PALETTE = palette();

  private HeatMapImage() {}

  /** Encodes the image. Takes a few milliseconds; do not call it on an event loop. */
  static byte[] png(HeatMap map) {
    int width = LONG_SIDE * map.width() / Math.max(map.width(), map.height());
    int height = LONG_SIDE * map.height() / Math.max(map.width(), map.height());
    BufferedImage image =
        new BufferedImage(
            Math.max(1, width), Math.max(1, height), BufferedImage.TYPE_BYTE_INDEXED, PALETTE);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        float strength =
            interpolate(map, (x + 0.5f) / image.getWidth(), (y + 0.5f) / image.getHeight());
        image.getRaster().setSample(x, y, 0, Math.round(strength * 255));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(8 << 10);
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory does not fail", e);
    }
    return out.toByteArray();
  }

  /** Interpolates bilinearly between cell centres; the coordinates range from 0 to 1. */
  private static float interpolate(HeatMap map, float x, float y) {
    float column = Math.max(0, Math.min(map.width() - 1f, x * map.width() - 0.5f));
    float row = Math.max(0, Math.min(map.height() - 1f, y * map.height() - 0.5f));
    int left = (int) column;
    int top = (int) row;
    int right = Math.min(left + 1, map.width() - 1);
    int bottom = Math.min(top + 1, map.height() - 1);
    float across = column - left;
    float down = row - top;
    float upper = mix(cell(map, left, top), cell(map, right, top), across);
    float lower = mix(cell(map, left, bottom), cell(map, right, bottom), across);
    return Math.max(0, Math.min(1, mix(upper, lower, down)));
  }

  private static float cell(HeatMap map, int x, int y) {
    return map.cells()[y * map.width() + x];
  }

  private static float mix(float from, float to, float share) {
    return from + (to - from) * share;
  }

  private static IndexColorModel palette() {
    byte[] red = new byte[256];
    byte[] green = new byte[256];
    byte[] blue = new byte[256];
    byte[] alpha = new byte[256];
    for (int i = 0; i < 256; i++) {
      red[i] = (byte) 255;
      green[i] = (byte) (230 - i * 200 / 255);
      blue[i] = (byte) (i < 128 ? 40 : 20);
      alpha[i] = (byte) (i * 215 / 255);
    }
    return new IndexColorModel(8, 256, red, green, blue, alpha);
  }
}
