package dev.marque.vision.photo;

import dev.marque.vision.photo.PhotoException.Reason;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/**
 * Reads photos that strangers send. The type is told by the first bytes and the size by the header
 * before anything is decoded; what comes out is upright RGB without metadata.
 */
public final class PhotoReader {

  /** Many times what the largest honest photo takes, in processor time. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Several times what is kept or computed of a photo, and little memory. */
  private static final long PLENTY_OF_PIXELS = 2_000_000;

  static {
    ImageIO.setUseCache(false);
  }

  private PhotoReader() {}

  /**
   * Reads a photo.
   *
   * @param longSide the long side needed, pixels: a much larger photo is thinned out while it is
   *     decoded, but never below this
   * @throws PhotoException if the bytes are no photo that can be read within the limits
   */
  public static Photo read(byte[] bytes, PhotoLimits limits, int longSide) throws PhotoException {
    return read(bytes, limits, longSide, PATIENCE);
  }

  /** As {@link #read(byte[], PhotoLimits, int)}, for a bounded time. */
  static Photo read(byte[] bytes, PhotoLimits limits, int longSide, Duration patience)
      throws PhotoException {
    return read(bytes, limits, longSide, patience, DecodingMemory.ofThisProcess());
  }

  /** As {@link #read(byte[], PhotoLimits, int)}, for a bounded time and in a bounded memory. */
  static Photo read(
      byte[] bytes, PhotoLimits limits, int longSide, Duration patience, DecodingMemory memory)
      throws PhotoException {
    PhotoFormat format = checkedFormat(bytes);
    try (TimedStream in = new TimedStream(bytes, format, patience)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new PhotoException(Reason.UNREADABLE, "its header is damaged");
      }
      ImageReader reader = readers.next();
      try {
        // Without metadata: a PNG's texts are packed, and a few kilobytes unpack to gigabytes.
        reader.setInput(in, false, true);
        return decode(reader, in, bytes, format, limits, longSide, memory);
      } finally {
        reader.dispose();
      }
    } catch (TimedStream.TooMuchMemory e) {
      throw tooMuchMemory();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new PhotoException(Reason.UNREADABLE, "it is damaged or cut short");
    } catch (OutOfMemoryError e) {
      // One array that does not fit into the heap hurts nobody else: the photo claims nonsense.
      throw tooMuchMemory();
    }
  }

  private static PhotoException tooMuchMemory() {
    return new PhotoException(
        Reason.TOO_MUCH_MEMORY, "to decode it takes more memory than there is");
  }

  private static PhotoFormat checkedFormat(byte[] bytes) throws PhotoException {
    if (bytes.length == 0) {
      throw new PhotoException(Reason.EMPTY, "it is empty");
    }
    PhotoFormat format =
        PhotoFormat.of(bytes)
            .orElseThrow(
                () -> new PhotoException(Reason.UNSUPPORTED_TYPE, "it is no picture file"));
    if (!format.readable()) {
      throw new PhotoException(
          Reason.UNSUPPORTED_TYPE, format + " cannot be read; save it as JPEG or PNG");
    }
    if (InnerPicture.isIn(bytes, format)) {
      throw new PhotoException(
          Reason.UNSUPPORTED_TYPE,
          format + " with a picture of another type in it cannot be read; save it as JPEG or PNG");
    }
    if (ProfileSize.isImpossible(bytes, format)) {
      throw new PhotoException(Reason.UNREADABLE, "its colour profile is damaged or cut short");
    }
    if (format == PhotoFormat.WEBP && WebpChunks.areCutShort(bytes)) {
      throw new PhotoException(Reason.UNREADABLE, "it is cut short");
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
    long thinned = (long) ((width - 1) / step + 1) * ((height - 1) / step + 1);
    Orientation orientation = Orientation.of(bytes, format);
    boolean sideways = orientation.turnsSideways();
    DecodingNeed need = DecodingNeed.of(bytes, format, width, height, thinned);
    DecodingMemory.Reserved held = memory.reserve(need);
    try {
      need.mostAllocated().ifPresent(in::allow);
      Pixels pixels = orientation.apply(pixels(decode(reader, step)));
      return new Photo(pixels, sideways ? height : width, sideways ? width : height);
    } finally {
      held.close();
    }
  }

  /**
   * Of how many pixels in a row, and of how many rows, one is decoded. A JPEG is decoded faster for
   * it; of the others only as much is left out as would take too much memory.
   */
  private static int step(PhotoFormat format, int width, int height, int longSide) {
    int most = Math.max(1, Math.max(width, height) / longSide);
    if (format == PhotoFormat.JPEG) {
      return most;
    }
    double pixels = (double) width * height;
    return Math.min(most, (int) Math.ceil(Math.sqrt(pixels / PLENTY_OF_PIXELS)));
  }

  private static BufferedImage decode(ImageReader reader, int step)
      throws IOException, PhotoException {
    AtomicReference<@Nullable String> cutShort = new AtomicReference<>();
    reader.addIIOReadWarningListener(
        new IIOReadWarningListener() {
          @Override
          public void warningOccurred(ImageReader source, String warning) {
            if (warning.contains("Premature end") || warning.contains("premature end")) {
              cutShort.set(warning);
            }
          }
        });
    ImageReadParam parameters = reader.getDefaultReadParam();
    if (step > 1) {
      parameters.setSourceSubsampling(step, step, 0, 0);
    }
    BufferedImage image = reader.read(0, parameters);
    if (cutShort.get() != null) {
      throw new PhotoException(Reason.UNREADABLE, "it is cut short");
    }
    return image;
  }

  private static boolean isAnimated(ImageReader reader, PhotoFormat format, byte[] bytes)
      throws IOException {
    return switch (format) {
      case GIF -> reader.getNumImages(true) > 1;
      // The extended header's second flag
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

  private static Pixels pixels(BufferedImage image) {
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

  /** Without transparency: what shows through is white. */
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
}
