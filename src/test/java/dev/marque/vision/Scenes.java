package dev.marque.vision;

import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Photos of cars, and scenes with and without a car. */
final class Scenes {

  private static final Path PHOTOS = Path.of("src/test/resources/photos");

  private Scenes() {}

  /** Returns a photo that a car fills. */
  static Pixels photo(String name) throws IOException, PhotoException {
    byte[] file = Files.readAllBytes(PHOTOS.resolve(name));
    return PhotoReader.read(file, PhotoLimits.GENEROUS, PhotoViewer.DECODED_SIDE).pixels();
  }

  /**
   * Returns a car in the lower right corner of a lawn.
   *
   * @param ratio ratio of the scene's area to the car's
   */
  static Pixels inTheCorner(Pixels car, int ratio) {
    Pixels lawn =
        lawn((int) (car.width() * Math.sqrt(ratio)), (int) (car.height() * Math.sqrt(ratio)));
    int left = lawn.width() - car.width();
    int top = lawn.height() - car.height();
    int line = car.width() * 3;
    for (int y = 0; y < car.height(); y++) {
      int to = ((top + y) * lawn.width() + left) * 3;
      System.arraycopy(car.rgb(), y * line, lawn.rgb(), to, line);
    }
    return Resampling.fit(lawn, PhotoViewer.DECODED_SIDE);
  }

  /** Returns a dark lawn under a bright sky. */
  static Pixels lawn(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    Arrays.fill(rgb, 0, rgb.length / 2, (byte) 200);
    Arrays.fill(rgb, rgb.length / 2, rgb.length, (byte) 110);
    return new Pixels(width, height, rgb);
  }
}
