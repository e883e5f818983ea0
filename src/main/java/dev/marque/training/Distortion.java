package dev.marque.training;

import dev.marque.vision.PhotoViewer;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A distortion of photos, to measure how much accuracy it costs. */
enum Distortion {
  JPEG_QUALITY_20("JPEG at quality 20") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      byte[] file = JpegWriter.write(photo, 0.2f);
      try {
        return PhotoReader.read(file, PhotoLimits.GENEROUS, Integer.MAX_VALUE).pixels();
      } catch (PhotoException e) {
        throw new IllegalStateException("our own JPEG cannot be read", e);
      }
    }
  },
  LONG_SIDE_96("96 px on the long side") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      return Resampling.fit(photo, 96);
    }
  },
  DARK("a quarter of the brightness") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      byte[] rgb = new byte[photo.rgb().length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) ((photo.rgb()[i] & 0xff) / 4);
      }
      return new Pixels(photo.width(), photo.height(), rgb);
    }
  },
  BLURRED("blurred over a fortieth of its long side") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      int longSide = Math.max(photo.width(), photo.height());
      Pixels coarse = Resampling.fit(photo, Math.max(1, Math.min(longSide, 80)));
      return Resampling.scaled(coarse, Box.all(coarse), false, photo.width(), photo.height());
    }
  },
  ROTATED_10_DEGREES("rotated by 10 degrees") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      return rotated(photo, Math.toRadians(index % 2 == 0 ? 10 : -10));
    }
  },
  MIRRORED("mirrored") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      return Resampling.scaled(photo, Box.all(photo), true, photo.width(), photo.height());
    }
  },
  BORDER_30("borders of 15% added on each side") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      double across = 0.15 * photo.width();
      double down = 0.15 * photo.height();
      Box box = new Box(-across, -down, photo.width() + across, photo.height() + down);
      return Resampling.scaled(photo, box, false, photo.width(), photo.height());
    }
  },
  CUT_AT_ONE_SIDE("a quarter cut off at one side") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      double cut = 0.25 * photo.width();
      Box box =
          index % 2 == 0
              ? new Box(cut, 0, photo.width(), photo.height())
              : new Box(0, 0, photo.width() - cut, photo.height());
      return Resampling.scaled(photo, box, false, (int) Math.ceil(box.width()), photo.height());
    }
  },
  IN_A_SCENE("the car fills a third of a larger scene") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      return inScene(photo, scenes, index, 1.0 / 3);
    }
  },
  SMALL_IN_A_SCENE("the car fills a sixth of a larger scene") {
    @Override
    Pixels apply(Pixels photo, List<Pixels> scenes, int index) {
      return inScene(photo, scenes, index, 1.0 / 6);
    }
  };

  private final String words;

  Distortion(String words) {
    this.words = words;
  }

  /** Returns the key in evaluation.json, for example {@code jpeg_quality_20}. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the description for the model card. */
  String words() {
    return words;
  }

  /**
   * Returns the distorted photo. The same arguments give the same result.
   *
   * @param scenes photos without a car; at least one if the distortion {@link #needsScenes}
   * @param index index of the photo, which selects the side or the scene
   */
  abstract Pixels apply(Pixels photo, List<Pixels> scenes, int index);

  /** Returns whether this distortion pastes the photo into a scene. */
  boolean needsScenes() {
    return this == IN_A_SCENE || this == SMALL_IN_A_SCENE;
  }

  private static Pixels inScene(Pixels photo, List<Pixels> scenes, int index, double share) {
    SplittableRandom random = new SplittableRandom(index);
    int width = (int) (photo.width() / Math.sqrt(share));
    int height = (int) (photo.height() / Math.sqrt(share));
    Pixels scene = scenes.get(random.nextInt(scenes.size()));
    Pixels canvas = Resampling.scaled(scene, Box.all(scene), false, width, height);
    int left = random.nextInt(width - photo.width() + 1);
    int top = random.nextInt(height - photo.height() + 1);
    for (int y = 0; y < photo.height(); y++) {
      int to = ((top + y) * width + left) * 3;
      System.arraycopy(photo.rgb(), y * photo.width() * 3, canvas.rgb(), to, photo.width() * 3);
    }
    // Scaled down as a large photo is in service, so that a small car has few pixels.
    return Resampling.fit(canvas, PhotoViewer.DECODED_SIDE);
  }

  /** Rotates about the center; uncovered corners are filled with the nearest pixels. */
  private static Pixels rotated(Pixels photo, double angle) {
    int width = photo.width();
    int height = photo.height();
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    byte[] rgb = new byte[photo.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double fromX = cos * (x - width / 2.0) + sin * (y - height / 2.0) + width / 2.0;
        double fromY = cos * (y - height / 2.0) - sin * (x - width / 2.0) + height / 2.0;
        int nearestX = (int) Math.max(0, Math.min(width - 1, Math.round(fromX)));
        int nearestY = (int) Math.max(0, Math.min(height - 1, Math.round(fromY)));
        System.arraycopy(
            photo.rgb(), (nearestY * width + nearestX) * 3, rgb, (y * width + x) * 3, 3);
      }
    }
    return new Pixels(width, height, rgb);
  }
}
