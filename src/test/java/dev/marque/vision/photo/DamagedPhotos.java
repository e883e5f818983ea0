package dev.marque.vision.photo;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/** Photos with random changes of bytes. */
public final class DamagedPhotos {

  private static final Path PHOTOS = Path.of("src/test/resources/photos");

  private DamagedPhotos() {}

  /** Returns a small photo without damage. */
  public static byte[] intact(String format) throws IOException {
    if (format.equals("webp")) {
      return Files.readAllBytes(PHOTOS.resolve("car.webp"));
    }
    BufferedImage photo = ImageIO.read(PHOTOS.resolve("audi.jpg").toFile());
    BufferedImage part = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = part.createGraphics();
    graphics.drawImage(photo, 0, 0, 64, 48, null);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(part, format, out);
    return out.toByteArray();
  }

  /** Changes some bytes, mostly near the start, which has the structure; truncates some files. */
  public static byte[] damaged(byte[] intact, Random random) {
    byte[] damaged = intact.clone();
    int reach = random.nextBoolean() ? Math.min(200, damaged.length) : damaged.length;
    for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
      damaged[random.nextInt(reach)] = (byte) random.nextInt(256);
    }
    return random.nextInt(5) == 0
        ? Arrays.copyOf(damaged, random.nextInt(damaged.length))
        : damaged;
  }
}
