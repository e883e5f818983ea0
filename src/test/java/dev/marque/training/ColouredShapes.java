package dev.marque.training;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** A data set that a small network learns in seconds: each brand is a colour and a shape. */
public final class ColouredShapes {

  private ColouredShapes() {}

  /** Writes {@code folder/<brand>/NN.jpg}. */
  public static void write(Path folder, int each) throws IOException {
    Random random = new Random(1);
    write(folder.resolve("Circle"), each, random, new Color(200, 40, 40), true);
    write(folder.resolve("Square"), each, random, new Color(40, 60, 200), false);
  }

  private static void write(Path folder, int each, Random random, Color colour, boolean round)
      throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < each; i++) {
      BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(new Color(random.nextInt(255), random.nextInt(255), random.nextInt(255)));
      graphics.fillRect(0, 0, 64, 48);
      graphics.setColor(colour);
      int x = 4 + random.nextInt(20);
      int y = 4 + random.nextInt(10);
      if (round) {
        graphics.fillOval(x, y, 32, 32);
      } else {
        graphics.fillRect(x, y, 32, 32);
      }
      graphics.dispose();
      ImageIO.write(image, "jpeg", folder.resolve("%02d.jpg".formatted(i)).toFile());
    }
  }
}
