package dev.marque.benchmark;

import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A photo like one that a phone's browser uploads: 1,632 x 1,224 pixels, about 250 kB. */
final class LargePhoto {

  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");
  private static final int WIDTH = 1632;
  private static final int HEIGHT = 1224;

  /**
   * Standard deviation of the sensor noise, in 8-bit steps. It makes the file as large as a real
   * one.
   */
  private static final double NOISE = 3;

  private LargePhoto() {}

  /** Returns a test photo of a car, enlarged, with sensor noise. */
  static byte[] jpeg() throws IOException, PhotoException {
    Pixels small =
        PhotoReader.read(Files.readAllBytes(PHOTO), PhotoLimits.megapixels(40), 4000).pixels();
    float[] values = new float[WIDTH * HEIGHT * 3];
    Resampling.scale(small, Box.all(small), false, WIDTH, HEIGHT, values);
    Random random = new Random(1);
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < values.length; i += 3) {
      double noise = random.nextGaussian() * NOISE;
      for (int c = 0; c < 3; c++) {
        rgb[i + c] = (byte) Math.max(0, Math.min(255, Math.round(values[i + c] + noise)));
      }
    }
    return JpegWriter.write(new Pixels(WIDTH, HEIGHT, rgb));
  }
}
