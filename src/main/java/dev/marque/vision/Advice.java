package dev.marque.vision;

import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What would make a better photo. Each is given where fewer than nine in ten answers were right on
 * validation photos that were made small, dark, blurred or put into scenes; docs/experiments.md has
 * the figures.
 */
public enum Advice {
  /** Too few pixels to see what tells brands apart. */
  TOO_SMALL,
  /** Almost black. */
  TOO_DARK,
  /** No sharp edge anywhere. */
  BLURRED,
  /** The car takes up a small part of the photo. */
  CAR_SMALL;

  private static final int SMALLEST_LONG_SIDE = 100;
  private static final double DARKEST_MEAN = 18;
  private static final double DULLEST_EDGE = 30;
  private static final double SMALLEST_CAR = 0.35;

  /** Edges are measured between pixels this share of the long side apart. */
  private static final int EDGE_STEPS = 256;

  /** The name in JSON and in message keys, for example {@code too_dark}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a photo shows of itself, before the network looks at it. */
  public static List<Advice> of(Pixels photo) {
    List<Advice> advice = new ArrayList<>();
    if (longSide(photo) < SMALLEST_LONG_SIDE) {
      advice.add(TOO_SMALL);
    }
    if (meanLuma(photo) < DARKEST_MEAN) {
      advice.add(TOO_DARK);
    } else if (sharpestEdge(photo) < DULLEST_EDGE) {
      advice.add(BLURRED);
    }
    return advice;
  }

  /** What the network's look at the photo adds. */
  public static Optional<Advice> of(PhotoViewer.View view) {
    double share = view.carShare().orElse(1);
    return share < SMALLEST_CAR ? Optional.of(CAR_SMALL) : Optional.empty();
  }

  private static int longSide(Pixels photo) {
    return Math.max(photo.width(), photo.height());
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

  /**
   * The 99th percentile of the brightness steps along rows. They are taken between pixels as far
   * apart as in a photo of the network's size, so that a larger copy is as sharp as a smaller one.
   */
  private static int sharpestEdge(Pixels photo) {
    int[] counts = new int[256];
    int total = 0;
    int apart = Math.max(1, Math.round((float) longSide(photo) / EDGE_STEPS));
    int rows = Math.max(1, photo.height() / 128);
    for (int y = 0; y < photo.height(); y += rows) {
      int line = y * photo.width() * 3;
      for (int x = apart; x < photo.width(); x++) {
        int at = line + x * 3;
        counts[Math.abs(luma(photo.rgb(), at) - luma(photo.rgb(), at - 3 * apart))]++;
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
