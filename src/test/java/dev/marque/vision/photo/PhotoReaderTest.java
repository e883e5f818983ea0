package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.PhotoException.Reason;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhotoReaderTest {

  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(40);
  private static final int RED = 0xd03020;
  private static final int GREEN = 0x20a030;
  private static final int BLUE = 0x2030d0;
  private static final int WHITE = 0xf0f0f0;

  /** Red on the left, blue on the right. */
  private static BufferedImage halves(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0xff000000 | (x < width / 2 ? RED : BLUE));
      }
    }
    return image;
  }

  private static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, out));
    return out.toByteArray();
  }

  private static Photo read(byte[] bytes) throws PhotoException {
    return PhotoReader.read(bytes, LIMITS, 512);
  }

  private static void assertRejected(Reason reason, byte[] bytes) {
    assertEquals(reason, assertThrows(PhotoException.class, () -> read(bytes)).reason());
  }

  private static boolean isRed(Pixels photo, int x, int y) {
    int at = (y * photo.width() + x) * 3;
    return (photo.rgb()[at] & 0xff) > 150 && (photo.rgb()[at + 2] & 0xff) < 100;
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "bmp", "gif", "tiff"})
  void a_photo_of_each_format_keeps_its_colours(String format) throws Exception {
    Photo photo = read(file(halves(64, 32, BufferedImage.TYPE_INT_RGB), format));
    assertEquals(64, photo.width());
    assertEquals(32, photo.height());
    assertTrue(isRed(photo.pixels(), 5, 10));
    assertTrue(!isRed(photo.pixels(), 60, 10));
  }

  /** Photoshop stores the inks inverted: 255 is none. */
  @Test
  void a_jpeg_in_cmyk_keeps_its_colours() throws Exception {
    WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 64, 32, 4, null);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 64; x++) {
        inks.setPixel(x, y, x < 32 ? new int[] {255, 0, 0, 255} : new int[] {0, 0, 255, 255});
      }
    }
    byte[] adobe = HexFormat.of().parseHex("ffee000e41646f626500640000000000");
    Photo photo = read(withSegment(jpegOf(inks), adobe));
    assertEquals(64, photo.width());
    assertTrue(isRed(photo.pixels(), 5, 10));
    assertEquals("blue", colour(photo.pixels(), 60, 10));
  }

  private static byte[] jpegOf(Raster raster) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  @Test
  void transparent_pixels_become_white() throws Exception {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB);
    Pixels pixels = read(file(image, "png")).pixels();
    assertEquals((byte) 255, pixels.rgb()[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "jpeg, 8, false",
    "png, 8, false",
    "png, 16, false",
    "png, 8, true",
    "png, 16, true",
    "tiff, 8, false",
    "tiff, 16, false",
    "tiff, 8, true",
  })
  void grey_keeps_its_brightness(String format, int bits, boolean alpha) throws Exception {
    Pixels pixels = read(file(grey(bits, alpha), format)).pixels();
    assertGrey(0, pixels, 0);
    assertGrey(128, pixels, 1);
    assertGrey(255, pixels, 2);
    assertGrey(alpha ? 192 : 128, pixels, 3);
  }

  @Test
  void grey_with_a_transparent_value_keeps_its_brightness() throws Exception {
    byte[] black = {0, 0};
    byte[] png = BadPhotos.pngWithChunk(file(grey(8, false), "png"), "tRNS", black);
    Pixels pixels = read(png).pixels();
    assertGrey(255, pixels, 0);
    assertGrey(128, pixels, 1);
  }

  /** Four squares: black, grey, white, and grey that is half transparent if there is alpha. */
  private static BufferedImage grey(int bits, boolean alpha) {
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            bits == 8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(32, 8);
    int max = (1 << bits) - 1;
    int half = 128 * max / 255;
    int[] greys = {0, half, max, half};
    int[] opacities = {max, max, max, half};
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 32; x++) {
        raster.setSample(x, y, 0, greys[x / 8]);
        if (alpha) {
          raster.setSample(x, y, 1, opacities[x / 8]);
        }
      }
    }
    return new BufferedImage(model, raster, false, null);
  }

  private static void assertGrey(int expected, Pixels pixels, int square) {
    for (int channel = 0; channel < 3; channel++) {
      assertEquals(expected, pixels.rgb()[3 * 8 * square + channel] & 0xff, 1, "square " + square);
    }
  }

  /**
   * The last column is the upright photo, row by row; stored are red and green over blue and white.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 64, 32, red green blue white",
    "2, 64, 32, green red white blue",
    "3, 64, 32, white blue green red",
    "4, 64, 32, blue white red green",
    "5, 32, 64, red blue green white",
    "6, 32, 64, blue red white green",
    "7, 32, 64, white green blue red",
    "8, 32, 64, green white red blue"
  })
  void a_photo_is_rotated_and_mirrored_according_to_its_orientation(
      int tag, int width, int height, String upright) throws Exception {
    byte[] segment = exifSegment(tag);
    byte[] block = Arrays.copyOfRange(segment, 10, segment.length);
    for (byte[] file :
        List.of(
            withSegment(file(quarters(), "jpeg"), segment),
            BadPhotos.pngWithChunk(file(quarters(), "png"), "eXIf", block),
            tiffWithOrientation(quarters(), tag))) {
      Photo photo = read(file);
      assertEquals(width, photo.width());
      assertEquals(height, photo.height());
      assertEquals(width, photo.pixels().width());
      assertEquals(upright, corners(photo.pixels()));
    }
  }

  private static BufferedImage quarters() {
    BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
    int[] colours = {RED, GREEN, BLUE, WHITE};
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 64; x++) {
        image.setRGB(x, y, colours[y / 16 * 2 + x / 32]);
      }
    }
    return image;
  }

  private static String corners(Pixels photo) {
    int right = photo.width() - 4;
    int bottom = photo.height() - 4;
    return "%s %s %s %s"
        .formatted(
            colour(photo, 4, 4),
            colour(photo, right, 4),
            colour(photo, 4, bottom),
            colour(photo, right, bottom));
  }

  private static String colour(Pixels photo, int x, int y) {
    int at = (y * photo.width() + x) * 3;
    int red = photo.rgb()[at] & 0xff;
    int green = photo.rgb()[at + 1] & 0xff;
    int blue = photo.rgb()[at + 2] & 0xff;
    if (Math.min(red, Math.min(green, blue)) > 150) {
      return "white";
    }
    return red > Math.max(green, blue) ? "red" : green > blue ? "green" : "blue";
  }

  private static byte[] withSegment(byte[] jpeg, byte[] segment) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(segment);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  private static byte[] tiffWithOrientation(BufferedImage image, int tag) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      TIFFDirectory directory =
          TIFFDirectory.createFromMetadata(
              writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null));
      directory.addTIFFField(
          new TIFFField(
              BaselineTIFFTagSet.getInstance().getTag(BaselineTIFFTagSet.TAG_ORIENTATION), tag));
      writer.write(new IIOImage(image, null, directory.getAsMetadata()));
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Returns the segment of a JPEG file: marker, length, preamble, then the EXIF block. */
  private static byte[] exifSegment(int tag) {
    return new byte[] {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) tag,
      0,
      0,
      0,
      0,
      0,
      0
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 10})
  void png_and_webp_may_have_an_orientation_with_or_without_the_jpeg_preamble(int from)
      throws Exception {
    byte[] segment = exifSegment(6);
    byte[] block = Arrays.copyOfRange(segment, from, segment.length);
    byte[] png = file(halves(64, 32, BufferedImage.TYPE_INT_RGB), "png");
    assertEquals(32, read(BadPhotos.pngWithChunk(png, "eXIf", block)).width());
    byte[] webp = DamagedPhotos.intact("webp");
    assertEquals(64, read(webp).width());
    ByteBuffer longer = ByteBuffer.allocate(webp.length + 8 + block.length);
    longer.order(ByteOrder.LITTLE_ENDIAN).put(webp).put("EXIF".getBytes(StandardCharsets.US_ASCII));
    longer.putInt(block.length).put(block).putInt(4, longer.capacity() - 8);
    assertEquals(48, read(longer.array()).width());
  }

  @Test
  void a_large_photo_is_subsampled_but_has_its_original_size() throws Exception {
    byte[] large = file(halves(1632, 1224, BufferedImage.TYPE_INT_RGB), "jpeg");
    Photo photo = read(large);
    assertEquals(1632, photo.width());
    assertEquals(1224, photo.height());
    assertTrue(photo.pixels().width() >= 512 && photo.pixels().width() < 1024);
  }

  @Test
  void no_bytes_are_rejected_as_empty() {
    assertRejected(Reason.EMPTY, new byte[0]);
  }

  @Test
  void text_is_rejected() {
    assertRejected(Reason.UNSUPPORTED_TYPE, "I am a photo".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void heic_and_avif_are_identified_and_rejected() {
    for (String brand : new String[] {"heic", "mif1", "avif"}) {
      byte[] file = ("\0\0\0\u0018ftyp" + brand + "\0\0\0\0").getBytes(StandardCharsets.ISO_8859_1);
      PhotoException e = assertThrows(PhotoException.class, () -> read(file));
      assertEquals(Reason.UNSUPPORTED_TYPE, e.reason());
      assertTrue(String.valueOf(e.getMessage()).contains("JPEG"), e.getMessage());
    }
  }

  /** Their headers do not bound the size of the embedded image. */
  @ParameterizedTest
  @CsvSource({"bmp, BI_JPEG", "bmp, BI_PNG", "tiff, JPEG"})
  void a_file_with_an_embedded_image_is_rejected(String format, String compression)
      throws Exception {
    byte[] wrapped = BadPhotos.wrapped(format, compression);
    PhotoException rejected = assertThrows(PhotoException.class, () -> read(wrapped));
    assertEquals(Reason.UNSUPPORTED_TYPE, rejected.reason());
    assertTrue(String.valueOf(rejected.getMessage()).contains("JPEG or PNG"));
  }

  @ParameterizedTest
  @CsvSource({"bmp, BI_RGB", "tiff, LZW", "tiff, Deflate", "tiff, ZLib", "tiff, PackBits"})
  void other_compressions_of_bmp_and_tiff_are_read(String format, String compression)
      throws Exception {
    assertEquals(32, read(BadPhotos.wrapped(format, compression)).width());
  }

  @Test
  void deeply_nested_metadata_is_ignored() throws Exception {
    byte[] png = file(halves(64, 32, BufferedImage.TYPE_INT_RGB), "png");
    byte[] deep = BadPhotos.pngWithChunk(png, "eXIf", BadPhotos.exifOfDirectories(200_000));
    assertEquals(64, read(deep).width());
  }

  @Test
  void a_truncated_jpeg_is_rejected() throws Exception {
    byte[] complete = file(noise(200, 150), "jpeg");
    for (int length : new int[] {4, 100, 200, 700, complete.length / 2, complete.length - 200}) {
      assertRejected(Reason.UNREADABLE, Arrays.copyOf(complete, length));
    }
  }

  @Test
  void a_truncated_png_is_rejected() throws Exception {
    byte[] complete = file(noise(200, 150), "png");
    for (int length : new int[] {10, 40, 200, complete.length / 2}) {
      assertRejected(Reason.UNREADABLE, Arrays.copyOf(complete, length));
    }
  }

  private static BufferedImage noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(5);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  @Test
  void too_many_pixels_are_rejected_before_anything_is_decoded() throws Exception {
    assertRejected(Reason.TOO_MANY_PIXELS, BadPhotos.pngOfSixtyThousandSquared());
  }

  /** Compressed texts and colour profiles are not needed. */
  @ParameterizedTest
  @ValueSource(strings = {"zTXt", "iCCP"})
  void compressed_metadata_is_not_decompressed(String chunk) throws Exception {
    byte[] bomb = BadPhotos.pngWithBomb(chunk, 100);
    assertTrue(bomb.length < 200_000, "small on the wire");
    com.sun.management.ThreadMXBean memory =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getCurrentThreadAllocatedBytes();
    assertEquals(8, read(bomb).width());
    long allocated = memory.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 20_000_000, chunk + " took " + allocated + " bytes");
  }

  @Test
  void no_memory_is_allocated_for_a_colour_profile_of_a_false_size() throws Exception {
    assertEquals(64, read(BadPhotos.jpegWithProfileOf(0)).width(), "a correct profile is accepted");
    assertTrue(read(BadPhotos.webpWithProfileOf(0)).width() > 0, "a correct profile is accepted");
    int claimed = 200_000_000;
    for (byte[] photo :
        List.of(BadPhotos.jpegWithProfileOf(claimed), BadPhotos.webpWithProfileOf(claimed))) {
      com.sun.management.ThreadMXBean memory =
          (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = memory.getCurrentThreadAllocatedBytes();
      PhotoException rejected = assertThrows(PhotoException.class, () -> read(photo));
      assertEquals(Reason.UNREADABLE, rejected.reason());
      long allocated = memory.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < 20_000_000, allocated + " bytes");
    }
  }

  @Test
  void decoding_times_out() throws Exception {
    byte[] bomb = BadPhotos.jpegOfManyScans(2000, 20_000);
    assertTrue(bomb.length < 1 << 20, bomb.length + " bytes, small on the wire");
    PhotoLimits limits = PhotoLimits.megapixels(4);
    byte[] ordinary = BadPhotos.jpegOfManyScans(2000, 0);
    assertEquals(2000, PhotoReader.read(ordinary, limits, 512).width());
    long start = System.nanoTime();
    Duration timeout = Duration.ofMillis(200);
    PhotoException rejected =
        assertThrows(PhotoException.class, () -> PhotoReader.read(bomb, limits, 512, timeout));
    assertEquals(Reason.UNREADABLE, rejected.reason());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(timeout) >= 0, "rejected only because of the timeout: " + took);
  }

  /** At a microsecond per pixel, it would take four times as long as this timeout. */
  @Test
  void a_tiny_webp_of_one_colour_is_read_quickly() throws Exception {
    Photo photo = PhotoReader.read(BadPhotos.webpOfOneColour(), LIMITS, 512, Duration.ofSeconds(3));
    assertEquals(4000, photo.width());
    assertTrue(isRed(photo.pixels(), 500, 500));
  }

  @Test
  void a_webp_with_missing_pixels_is_rejected_quickly() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertRejected(Reason.UNREADABLE, BadPhotos.webpOfNoPixels());
    Duration took = Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);
    assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, "it took " + took);
  }

  @Test
  void a_truncated_webp_is_rejected() throws Exception {
    for (byte[] complete : List.of(DamagedPhotos.intact("webp"), BadPhotos.webpOfOneColour())) {
      for (int length : new int[] {12, 20, complete.length / 2, complete.length - 1}) {
        assertRejected(Reason.UNREADABLE, Arrays.copyOf(complete, length));
      }
    }
  }

  @Test
  void an_indexed_png_keeps_its_colours() throws Exception {
    Photo photo = read(file(halves(64, 32, BufferedImage.TYPE_BYTE_INDEXED), "png"));
    assertTrue(isRed(photo.pixels(), 5, 10) && !isRed(photo.pixels(), 60, 10));
  }

  @Test
  void an_animated_gif_or_webp_is_rejected() throws Exception {
    assertRejected(Reason.ANIMATED, BadPhotos.animatedGif());
    assertRejected(Reason.ANIMATED, BadPhotos.animatedWebp());
  }

  /** A damaged file is either read or rejected with a {@link PhotoException}. */
  @ParameterizedTest
  @ValueSource(strings = {"gif", "bmp", "tiff"})
  void damaged_files_are_read_or_rejected(String format) throws Exception {
    byte[] complete = file(noise(40, 30), format);
    Random random = new Random(11);
    for (int i = 0; i < 100; i++) {
      byte[] mutated = complete.clone();
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(4) == 0) {
        mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
      }
      try {
        Photo photo = PhotoReader.read(mutated, PhotoLimits.megapixels(1), 512);
        assertTrue((long) photo.width() * photo.height() <= 1_000_000);
      } catch (PhotoException rejected) {
        assertTrue(!String.valueOf(rejected.getMessage()).isEmpty());
      }
    }
  }
}
