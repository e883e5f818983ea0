package dev.marque.vision;

import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What would make a better photo. */
public enum Advice {
  /** Too few pixels to see what tells brands apart. */
  TOO_SMALL,
  /** Almost black. */
  TOO_DARK,
  /** No sharp edge anywhere. */
  BLURRED;

  private static final int SMALLEST_LONG_SIDE = 128;
  private static final double DARKEST_MEAN = 28;
  private static final double DULLEST_EDGE = 14;

  /** The name in JSON and in message keys, for example {@code too_dark}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a photo shows of itself, before the network looks at it. */
  static List<Advice> of(Pixels photo) {
    List<Advice> advice = new ArrayList<>();
    if (Math.max(photo.width(), photo.height()) < SMALLEST_LONG_SIDE) {
      advice.add(TOO_SMALL);
    }
    if (meanLuma(photo) < DARKEST_MEAN) {
      advice.add(TOO_DARK);
    } else if (sharpestEdge(photo) < DULLEST_EDGE) {
      advice.add(BLURRED);
    }
    return advice;
  }

  private static double meanLuma(Pixels photo) {
    long sum = 0;
    int step = 3 * Math.max(1, photo.rgb().length / 3 / 20_000);
    int count = 0;
    for (int i = 0; i < photo.rgb().length; i += step) {
      sum += luma(photo.rgb(), i);
      count++;
    }
    return (double) sum / count;
  }

  /** The 99th percentile of the brightness steps between neighbours in a row. */
  private static int sharpestEdge(Pixels photo) {
    int[] counts = new int[256];
    int total = 0;
    int rows = Math.max(1, photo.height() / 128);
    for (int y = 0; y < photo.height(); y += rows) {
      int line = y * photo.width() * 3;
      for (int x = 1; x < photo.width(); x++) {
        int at = line + x * 3;
        counts[Math.abs(luma(photo.rgb(), at) - luma(photo.rgb(), at - 3))]++;
        total++;
      }
    }
    int rest = total / 100;
    int edge = 255;
    while (edge > 0 && rest >= counts[edge]) {
      rest -= counts[edge--];
    }
    return edge;
  }

  private static int luma(byte[] rgb, int at) {
    return ((rgb[at] & 0xff) * 77 + (rgb[at + 1] & 0xff) * 150 + (rgb[at + 2] & 0xff) * 29) >> 8;
  }
}
