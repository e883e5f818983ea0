package dev.marque.vision.photo;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Makes new JPEG files, without any metadata. */
public final class JpegWriter {

  private static final float QUALITY = 0.82f;

  private JpegWriter() {}

  /** A new JPEG file of these pixels. */
  public static byte[] write(Pixels photo) {
    return write(photo, QUALITY);
  }

  /**
   * The same in another quality.
   *
   * @param quality from 0 (smallest file) to 1
   */
  public static byte[] write(Pixels photo, float quality) {
    BufferedImage image =
        new BufferedImage(photo.width(), photo.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] rgb = photo.rgb();
    for (int i = 0; i < rgb.length; i += 3) {
      bgr[i] = rgb[i + 2];
      bgr[i + 1] = rgb[i + 1];
      bgr[i + 2] = rgb[i];
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 * 1024);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("a JPEG in memory could not be written", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
