package dev.marque.vision.photo;

import dev.marque.vision.photo.PhotoException.Reason;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/**
 * Reads untrusted photos. The format is identified by the first bytes and the size is read from the
 * header before anything is decoded. The result is upright RGB without metadata.
 */
public final class PhotoReader {

  /** Limit of processor time, many times what the largest ordinary photo takes. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** Pixels to decode of a large photo: several times what is used later, and little memory. */
  private static final long ENOUGH_PIXELS = 2_000_000;

  /** The bytes of the largest photo if it is not compressed and has 16-bit RGBA samples. */
  private static final long LARGEST_FILE = PhotoLimits.GENEROUS.pixels() * 8;

  static {
    ImageIO.setUseCache(false);
  }

  private PhotoReader() {}

  /**
   * Reads a photo from a local file chosen by the user.
   *
   * @param longSide required long side in pixels, as in {@link #read(byte[], PhotoLimits, int)}
   * @throws PhotoException if the file cannot be read as a photo, or is too large
   * @throws IOException if the file cannot be read from disk
   */
  public static Photo read(Path file, int longSide) throws IOException, PhotoException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new PhotoException(Reason.UNREADABLE, "it is too large");
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (OutOfMemoryError e) {
      throw tooMuchMemory();
    }
    return read(bytes, PhotoLimits.GENEROUS, longSide);
  }

  /**
   * Reads a photo.
   *
   * @param longSide required long side in pixels: a much larger photo is subsampled while it is
   *     decoded, but never below this
   * @throws PhotoException if the bytes cannot be read as a photo within the limits
   */
  public static Photo read(byte[] bytes, PhotoLimits limits, int longSide) throws PhotoException {
    return read(bytes, limits, longSide, TIMEOUT);
  }

  /** Like {@link #read(byte[], PhotoLimits, int)}, with a limit of processor time. */
  static Photo read(byte[] bytes, PhotoLimits limits, int longSide, Duration timeout)
      throws PhotoException {
    return read(bytes, limits, longSide, timeout, DecodingMemory.shared());
  }

  /** Like {@link #read(byte[], PhotoLimits, int)}, with limits of processor time and memory. */
  static Photo read(
      byte[] bytes, PhotoLimits limits, int longSide, Duration timeout, DecodingMemory memory)
      throws PhotoException {
    PhotoFormat format = checkedFormat(bytes);
    try (TimedStream in = new TimedStream(bytes, format, timeout)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new PhotoException(Reason.UNREADABLE, "its header is damaged");
      }
      ImageReader reader = readers.next();
      try {
        // Without metadata: a PNG's compressed texts may expand from kilobytes to gigabytes.
        reader.setInput(in, false, true);
        return decode(reader, in, bytes, format, limits, longSide, memory);
      } finally {
        reader.dispose();
      }
    } catch (TimedStream.TooMuchMemory e) {
      throw tooMuchMemory();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new PhotoException(Reason.UNREADABLE, "it is damaged or truncated");
    } catch (OutOfMemoryError e) {
      // The header claims a false size. Failing to allocate one oversized array does not affect
      // other threads.
      throw tooMuchMemory();
    }
  }

  private static PhotoException tooMuchMemory() {
    return new PhotoException(
        Reason.TOO_MUCH_MEMORY, "decoding it takes more memory than is available");
  }

  private static PhotoFormat checkedFormat(byte[] bytes) throws PhotoException {
    if (bytes.length == 0) {
      throw new PhotoException(Reason.EMPTY, "it is empty");
    }
    PhotoFormat format =
        PhotoFormat.of(bytes)
            .orElseThrow(
                () -> new PhotoException(Reason.UNSUPPORTED_TYPE, "it is not an image file"));
    if (!format.readable()) {
      throw new PhotoException(
          Reason.UNSUPPORTED_TYPE, format + " is not supported; save it as JPEG or PNG");
    }
    if (EmbeddedImage.isIn(bytes, format)) {
      throw new PhotoException(
          Reason.UNSUPPORTED_TYPE,
          format
              + " with an embedded image of another format is not supported; save it as JPEG or PNG");
    }
    if (ProfileSize.isImpossible(bytes, format)) {
      throw new PhotoException(Reason.UNREADABLE, "its colour profile is damaged or truncated");
    }
    if (format == PhotoFormat.WEBP && WebpChunks.isTruncated(bytes)) {
      throw new PhotoException(Reason.UNREADABLE, "it is truncated");
    }
    return format;
  }

  private static Photo decode(
      ImageReader reader,
      TimedStream in,
      byte[] bytes,
      PhotoFormat format,
      PhotoLimits limits,
      int longSide,
      DecodingMemory memory)
      throws IOException, PhotoException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if ((long) width * height > limits.pixels()) {
      throw new PhotoException(
          Reason.TOO_MANY_PIXELS,
          "its %d x %d pixels are more than %d megapixels"
              .formatted(width, height, limits.pixels() / 1_000_000));
    }
    if (isAnimated(reader, format, bytes)) {
      throw new PhotoException(Reason.ANIMATED, "it is an animation");
    }
    int step = step(format, width, height, longSide);
    long subsampled = (long) ((width - 1) / step + 1) * ((height - 1) / step + 1);
    Orientation orientation = Orientation.of(bytes, format);
    boolean sideways = orientation.swapsAxes();
    DecodingNeed need = DecodingNeed.of(bytes, format, width, height, subsampled);
    if (reader.isImageTiled(0)) {
      need = need.plusTile(reader.getTileWidth(0), reader.getTileHeight(0));
    }
    DecodingMemory.Reservation reservation = memory.reserve(need);
    try {
      need.maxAllocated().ifPresent(in::allow);
      Pixels pixels = orientation.apply(RgbConversion.of(decode(reader, step)));
      return new Photo(pixels, sideways ? height : width, sideways ? width : height);
    } finally {
      reservation.close();
    }
  }

  /**
   * Returns the subsampling step per axis. A JPEG is subsampled as far as possible, because that is
   * faster; other formats only as far as needed to save memory.
   */
  private static int step(PhotoFormat format, int width, int height, int longSide) {
    int maxStep = Math.max(1, Math.max(width, height) / longSide);
    if (format == PhotoFormat.JPEG) {
      return maxStep;
    }
    double pixels = (double) width * height;
    return Math.min(maxStep, (int) Math.ceil(Math.sqrt(pixels / ENOUGH_PIXELS)));
  }

  private static BufferedImage decode(ImageReader reader, int step)
      throws IOException, PhotoException {
    AtomicReference<@Nullable String> truncated = new AtomicReference<>();
    reader.addIIOReadWarningListener(
        new IIOReadWarningListener() {
          @Override
          public void warningOccurred(ImageReader source, String warning) {
            if (warning.contains("Premature end") || warning.contains("premature end")) {
              truncated.set(warning);
            }
          }
        });
    ImageReadParam parameters = reader.getDefaultReadParam();
    if (step > 1) {
      parameters.setSourceSubsampling(step, step, 0, 0);
    }
    BufferedImage image = reader.read(0, parameters);
    if (truncated.get() != null) {
      throw new PhotoException(Reason.UNREADABLE, "it is truncated");
    }
    return image;
  }

  private static boolean isAnimated(ImageReader reader, PhotoFormat format, byte[] bytes)
      throws IOException {
    return switch (format) {
      case GIF -> reader.getNumImages(true) > 1;
      // The animation flag of the extended header
      // (https://developers.google.com/speed/webp/docs/riff_container).
      case WEBP ->
          bytes.length > 20
              && bytes[12] == 'V'
              && bytes[13] == 'P'
              && bytes[14] == '8'
              && bytes[15] == 'X'
              && (bytes[20] & 0x02) != 0;
      default -> false;
    };
  }
}
