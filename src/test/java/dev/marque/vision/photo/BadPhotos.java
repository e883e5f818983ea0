package dev.marque.vision.photo;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Files that are well formed as far as they go, and still no photos to classify. */
public final class BadPhotos {

  private BadPhotos() {}

  /** A PNG file of a few bytes whose header claims 60,000 x 60,000 pixels. */
  public static byte[] pngOfSixtyThousandSquared() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(png);
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeBytes("IHDR");
    fields.writeInt(60_000);
    fields.writeInt(60_000);
    fields.write(new byte[] {8, 2, 0, 0, 0});
    CRC32 checksum = new CRC32();
    checksum.update(header.toByteArray());
    out.writeInt(13);
    out.write(header.toByteArray());
    out.writeInt((int) checksum.getValue());
    return png.toByteArray();
  }

  /** A GIF file of three frames. */
  public static byte[] animatedGif() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int i = 0; i < 3; i++) {
        BufferedImage frame = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        writer.writeToSequence(
            new IIOImage(
                frame,
                null,
                writer.getDefaultImageMetadata(
                    ImageTypeSpecifier.createFromRenderedImage(frame), null)),
            null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
