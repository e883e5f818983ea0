package dev.marque.vision;

import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Advice on how to take a better photo. Each threshold is where fewer than nine in ten answers were
 * confident on validation photos that were scaled down, darkened, blurred or pasted into scenes;
 * see docs/experiments.md.
 */
public enum Advice {
  /** Too few pixels to distinguish brands. */
  TOO_SMALL,
  /** Almost black. */
  TOO_DARK,
  /** No sharp edges. */
  BLURRED,
  /** The car takes up a small part of the photo. */
  CAR_SMALL;

  private static final int MIN_LONG_SIDE = 100;
  private static final double MIN_MEAN_LUMA = 10;
  private static final double MIN_EDGE = 0.15;
  private static final double MIN_CAR_SHARE = 0.35;

  /** Edges are measured between pixels that are 1/256 of the long side apart. */
  private static final int EDGE_STEPS = 256;

  /** Returns the name in JSON and in message keys, for example {@code too_dark}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the advice that follows from the pixels alone. */
  public static List<Advice> of(Pixels photo) {
    List<Advice> advice = new ArrayList<>();
    if (longSide(photo) < MIN_LONG_SIDE) {
      advice.add(TOO_SMALL);
    }
    if (meanLuma(photo) < MIN_MEAN_LUMA) {
      advice.add(TOO_DARK);
    } else if (sharpestEdge(photo) < MIN_EDGE) {
      advice.add(BLURRED);
    }
    return advice;
  }

  /** Returns the advice that follows from the network's output. */
  public static Optional<Advice> of(PhotoViewer.View view) {
    double share = view.carShare().orElse(1);
    return share < MIN_CAR_SHARE ? Optional.of(CAR_SMALL) : Optional.empty();
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
   * Returns the 99th percentile of the brightness differences along rows, relative to the photo's
   * range of brightness, so that a dark photo is not taken for a blurred one. The distance between
   * the compared pixels grows with the photo, so that copies of different sizes give the same
   * value.
   */
  private static double sharpestEdge(Pixels photo) {
    int[] values = new int[256];
    int[] differences = new int[256];
    int[] row = new int[photo.width()];
    int distance = Math.max(1, Math.round((float) longSide(photo) / EDGE_STEPS));
    int rows = Math.max(1, photo.height() / 128);
    for (int y = 0; y < photo.height(); y += rows) {
      int line = y * photo.width() * 3;
      for (int x = 0; x < photo.width(); x++) {
        row[x] = luma(photo.rgb(), line + x * 3);
        values[row[x]]++;
        if (x >= distance) {
          differences[Math.abs(row[x] - row[x - distance])]++;
        }
      }
    }
    int range = percentile(values, 99) - percentile(values, 1);
    return (double) percentile(differences, 99) / Math.max(1, range);
  }

  /** Returns the value that this percentage of the counted values does not exceed. */
  private static int percentile(int[] counts, int percent) {
    long total = Arrays.stream(counts).sum();
    long rest = total * percent / 100;
    int value = 0;
    while (value < counts.length - 1 && rest >= counts[value]) {
      rest -= counts[value++];
    }
    return value;
  }

  private static int luma(byte[] rgb, int at) {
    return ((rgb[at] & 0xff) * 77 + (rgb[at + 1] & 0xff) * 150 + (rgb[at + 2] & 0xff) * 29) >> 8;
  }
}
