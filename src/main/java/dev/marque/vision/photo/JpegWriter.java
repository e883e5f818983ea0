package dev.marque.vision.photo;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes JPEG files without metadata. */
public final class JpegWriter {

  private static final float QUALITY = 0.82f;

  private static final ColorModel RGB =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          Transparency.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private JpegWriter() {}

  /** Returns a JPEG file of these pixels. */
  public static byte[] write(Pixels photo) {
    return write(photo, QUALITY);
  }

  /**
   * Returns a JPEG file of these pixels in a given quality.
   *
   * @param quality from 0 (smallest file) to 1
   */
  public static byte[] write(Pixels photo, float quality) {
    BufferedImage image = image(photo);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 * 1024);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a JPEG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Wraps the pixels without a copy. */
  private static BufferedImage image(Pixels photo) {
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(photo.rgb(), photo.rgb().length),
            photo.width(),
            photo.height(),
            photo.width() * 3,
            3,
            new int[] {0, 1, 2},
            null);
    return new BufferedImage(RGB, raster, false, null);
  }
}
