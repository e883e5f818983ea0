package dev.marque.vision.photo;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.tiff.TiffMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The orientation of the camera: EXIF tag 0x0112, 1 to 8. To become upright, a photo is first
 * mirrored (2, 4, 5, 7) and then rotated.
 *
 * @param tag 1 upright, 2 mirrored, 3 rotated by 180 degrees, 4 flipped, 5 to 8 width and height
 *     swapped
 */
record Orientation(int tag) {

  static final Orientation UPRIGHT = new Orientation(1);

  private static final String JPEG_PREAMBLE = "Exif\0\0";

  /** Reads a file's orientation; upright if there is none or the metadata is damaged. */
  static Orientation of(byte[] bytes, PhotoFormat format) {
    try {
      Metadata metadata = exif(bytes, format);
      ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
      if (directory == null || !directory.containsTag(ExifDirectoryBase.TAG_ORIENTATION)) {
        return UPRIGHT;
      }
      int tag = directory.getInt(ExifDirectoryBase.TAG_ORIENTATION);
      return tag >= 1 && tag <= 8 ? new Orientation(tag) : UPRIGHT;
    } catch (ImageProcessingException
        | MetadataException
        | IOException
        | RuntimeException
        | StackOverflowError e) {
      // StackOverflowError: the library recurses per directory, and a file may chain thousands.
      return UPRIGHT;
    }
  }

  /** Reads only EXIF, because other metadata may be compressed and expand to any size. */
  private static Metadata exif(byte[] bytes, PhotoFormat format)
      throws ImageProcessingException, IOException {
    return switch (format) {
      case JPEG ->
          JpegMetadataReader.readMetadata(
              new ByteArrayInputStream(bytes), List.of(new ExifReader()));
      case TIFF -> TiffMetadataReader.readMetadata(new ByteArrayInputStream(bytes));
      case PNG -> ExifBlock.ofPng(bytes).map(Orientation::block).orElseGet(Metadata::new);
      case WEBP -> ExifBlock.ofWebp(bytes).map(Orientation::block).orElseGet(Metadata::new);
      case GIF, BMP, HEIC, AVIF -> new Metadata();
    };
  }

  private static Metadata block(byte[] exif) {
    Metadata metadata = new Metadata();
    // Some programs prepend the preamble of a JPEG's EXIF segment to the block.
    boolean hasPreamble = new String(exif, StandardCharsets.ISO_8859_1).startsWith(JPEG_PREAMBLE);
    int start = hasPreamble ? JPEG_PREAMBLE.length() : 0;
    new ExifReader().extract(new ByteArrayReader(exif), metadata, start);
    return metadata;
  }

  /** Returns whether width and height are swapped. */
  boolean swapsAxes() {
    return tag >= 5;
  }

  /** Returns the upright photo. */
  Pixels apply(Pixels photo) {
    if (tag == 1) {
      return photo;
    }
    int width = swapsAxes() ? photo.height() : photo.width();
    int height = swapsAxes() ? photo.width() : photo.height();
    byte[] upright = new byte[photo.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = source(x, y, photo.width(), photo.height()) * 3;
        int to = (y * width + x) * 3;
        upright[to] = photo.rgb()[from];
        upright[to + 1] = photo.rgb()[from + 1];
        upright[to + 2] = photo.rgb()[from + 2];
      }
    }
    return new Pixels(width, height, upright);
  }

  /** Returns the index of the stored pixel for a position in the upright photo. */
  private int source(int x, int y, int width, int height) {
    return switch (tag) {
      case 2 -> y * width + (width - 1 - x);
      case 3 -> (height - 1 - y) * width + (width - 1 - x);
      case 4 -> (height - 1 - y) * width + x;
      case 5 -> x * width + y;
      case 6 -> (height - 1 - x) * width + y;
      case 7 -> (height - 1 - x) * width + (width - 1 - y);
      case 8 -> x * width + (width - 1 - y);
      default -> y * width + x;
    };
  }
}
