package dev.marque.browser;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Screenshots of one page side by side, small enough to be kept in the repository. */
final class ScreenshotStrip {

  private static final int HEIGHT = 400;
  private static final int GAP = 12;
  private static final float QUALITY = 0.6f;

  private final List<Image> views = new ArrayList<>();

  /** Appends a screenshot on the right, given as PNG. */
  void add(byte[] png) throws IOException {
    BufferedImage view = ImageIO.read(new ByteArrayInputStream(png));
    int width = Math.round((float) view.getWidth() * HEIGHT / view.getHeight());
    views.add(view.getScaledInstance(width, HEIGHT, Image.SCALE_AREA_AVERAGING));
  }

  /** Writes the strip as JPEG. */
  void write(Path file) throws IOException {
    int width = views.stream().mapToInt(view -> view.getWidth(null) + GAP).sum() + GAP;
    BufferedImage all = new BufferedImage(width, HEIGHT + 2 * GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    graphics.setColor(Color.GRAY);
    graphics.fillRect(0, 0, all.getWidth(), all.getHeight());
    int left = GAP;
    for (Image view : views) {
      graphics.drawImage(view, left, GAP, null);
      left += view.getWidth(null) + GAP;
    }
    graphics.dispose();
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      ImageWriteParam quality = writer.getDefaultWriteParam();
      quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      quality.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(all, null, null), quality);
    } finally {
      writer.dispose();
    }
  }
}
