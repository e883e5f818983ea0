package dev.marque.vision.photo;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.util.Arrays;

/** Converts decoded images of any type to opaque RGB. */
final class RgbConversion {

  private RgbConversion() {}

  /** Returns the image's pixels, in front of white where it is transparent. */
  static Pixels of(BufferedImage image) {
    if (isGreyWithAlpha(image)) {
      return greyOnWhite(image);
    }
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[width * height * 3];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && image.getRaster().getDataBuffer() instanceof DataBufferByte data
        && image.getRaster().getSampleModel() instanceof ComponentSampleModel model
        && model.getScanlineStride() == width * 3
        && data.getOffset() == 0
        && image.getRaster().getParent() == null) {
      byte[] bgr = data.getData();
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = bgr[i + 2];
        rgb[i + 1] = bgr[i + 1];
        rgb[i + 2] = bgr[i];
      }
      return new Pixels(width, height, rgb);
    }
    int[] packed = opaque(image).getRGB(0, 0, width, height, null, 0, width);
    for (int i = 0; i < packed.length; i++) {
      rgb[3 * i] = (byte) (packed[i] >> 16);
      rgb[3 * i + 1] = (byte) (packed[i] >> 8);
      rgb[3 * i + 2] = (byte) packed[i];
    }
    return new Pixels(width, height, rgb);
  }

  /** Removes transparency by painting the image on white. */
  private static BufferedImage opaque(BufferedImage image) {
    if (image.getType() == BufferedImage.TYPE_INT_RGB) {
      return image;
    }
    BufferedImage opaque =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = opaque.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return opaque;
  }

  private static boolean isGreyWithAlpha(BufferedImage image) {
    ColorModel model = image.getColorModel();
    return model.getColorSpace() == ColorSpace.getInstance(ColorSpace.CS_GRAY)
        && model.hasAlpha()
        && (model.getTransferType() == DataBuffer.TYPE_BYTE
            || model.getTransferType() == DataBuffer.TYPE_USHORT);
  }

  /**
   * Reads the samples directly: in grey with transparency, but not without, Java takes them as
   * linear and would brighten them.
   */
  private static Pixels greyOnWhite(BufferedImage image) {
    image.coerceData(false);
    int width = image.getWidth();
    int height = image.getHeight();
    double max = (1 << image.getColorModel().getComponentSize(0)) - 1;
    byte[] rgb = new byte[width * height * 3];
    int[] row = new int[width * 2];
    for (int y = 0; y < height; y++) {
      image.getRaster().getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        double grey = row[2 * x] / max;
        double alpha = row[2 * x + 1] / max;
        int at = (y * width + x) * 3;
        Arrays.fill(rgb, at, at + 3, (byte) Math.round(255 * (grey * alpha + 1 - alpha)));
      }
    }
    return new Pixels(width, height, rgb);
  }
}
