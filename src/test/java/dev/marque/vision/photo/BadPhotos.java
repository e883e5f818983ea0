package dev.marque.vision.photo;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Crafted image files: well-formed, but hostile or unusable. */
public final class BadPhotos {

  /** Grey, 16 bits per pixel. */
  public static final int PNG_GREY_16 = 0;

  public static final int PNG_RGB = 2;

  /** With transparency. */
  public static final int PNG_RGBA = 6;

  private BadPhotos() {}

  /** Returns a PNG file of black pixels; only one row of them is in memory at a time. */
  public static byte[] pngOf(int width, int height, int kind) throws IOException {
    int bytesOfPixel = kind == PNG_GREY_16 ? 2 : kind == PNG_RGB ? 3 : 4;
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(compressed, new Deflater(Deflater.BEST_SPEED))) {
      byte[] line = new byte[1 + width * bytesOfPixel];
      for (int y = 0; y < height; y++) {
        deflater.write(line);
      }
    }
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {(byte) (kind == PNG_GREY_16 ? 16 : 8), (byte) kind, 0, 0, 0});
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    DataOutputStream chunks = new DataOutputStream(png);
    writeChunk(chunks, "IHDR", header.toByteArray());
    writeChunk(chunks, "IDAT", compressed.toByteArray());
    writeChunk(chunks, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void writeChunk(DataOutputStream out, String name, byte[] content)
      throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
    chunk.writeBytes(content);
    CRC32 checksum = new CRC32();
    checksum.update(chunk.toByteArray());
    out.writeInt(content.length);
    out.write(chunk.toByteArray());
    out.writeInt((int) checksum.getValue());
  }

  /** Returns a lossless WebP file of 7680 x 5200 pixels of one colour. */
  public static byte[] webpOfFortyMegapixels() {
    return HexFormat.of()
        .parseHex("524946461e000000574542505650384c110000002fffdd13050750c1e295b1ff8188e87f0000");
  }

  /** Returns a valid lossless WebP file of 38 bytes with 4000 x 3000 pixels of one colour. */
  public static byte[] webpOfOneColour() {
    return HexFormat.of()
        .parseHex("524946461e000000574542505650384c110000002f9fcfed0207509e2257a6ff8188e87f0000");
  }

  /** Returns the same file with zeros in place of the pixels and consistent sizes. */
  public static byte[] webpOfNoPixels() {
    byte[] webp = Arrays.copyOf(Arrays.copyOf(webpOfOneColour(), 26), 42);
    webp[4] = (byte) (webp.length - 8);
    webp[16] = (byte) (webp.length - 20);
    return webp;
  }

  /** Returns a lossless WebP file of 4 x 4 pixels with this many groups of Huffman tables. */
  public static byte[] webpOfManyTables(int groups) {
    BitSet bits = new BitSet();
    // Signature, width and height minus one, no transparency, version, transform or cache; groups
    // per four pixels, given by an entropy image without a cache (RFC 9649, 3.8.2).
    int at = bits(bits, 0, 0x2f, 8);
    at = bits(bits, bits(bits, at, 3, 14), 3, 14);
    at = bits(bits, bits(bits, at, 0, 6), 1, 1);
    at = bits(bits, at, 0, 4);
    at = tables(bits, at, (groups - 1) & 0xff, (groups - 1) >> 8);
    for (int i = 0; i < groups; i++) {
      at = tables(bits, at, 60, 200);
    }
    byte[] pixels = Arrays.copyOf(bits.toByteArray(), at / 16 * 2 + 18);
    ByteBuffer webp = ByteBuffer.allocate(20 + pixels.length).order(ByteOrder.LITTLE_ENDIAN);
    webp.put(ascii("RIFF")).putInt(12 + pixels.length);
    webp.put(ascii("WEBPVP8L")).putInt(pixels.length).put(pixels);
    return webp.array();
  }

  /** Adds five Huffman tables of one value each: green, red, blue, alpha, distance. */
  private static int tables(BitSet bits, int at, int green, int red) {
    int next = at;
    for (int value : new int[] {green, red, 0, 255}) {
      next = bits(bits, bits(bits, next, 0b101, 3), value, 8);
    }
    return bits(bits, bits(bits, next, 0b001, 3), 0, 1);
  }

  private static int bits(BitSet bits, int at, int value, int count) {
    for (int i = 0; i < count; i++) {
      bits.set(at + i, (value >> i & 1) == 1);
    }
    return at + count;
  }

  /**
   * Returns a file with an image in a given compression, possibly an embedded file.
   *
   * @param format {@code bmp} or {@code tiff}
   * @param compression name of the compression in ImageIO, for example {@code BI_JPEG}
   */
  public static byte[] wrapped(String format, String compression) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionType(compression);
      BufferedImage image = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /**
   * Returns a grey TIFF of 32 x 24 pixels in a single tile, compressed by deflate.
   *
   * @param width the tile's width as its header states it; also of the data, unless they would be
   *     larger than a megabyte
   */
  public static byte[] tiledTiff(int width, int height) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
      byte[] grey = new byte[(int) Math.min(1 << 20, (long) width * height)];
      Arrays.fill(grey, (byte) 0x80);
      deflater.write(grey);
    }
    // Width, height, bits per sample, compression, black is zero, tile width, tile height, offset
    // and length of the data (TIFF 6.0).
    int[] tags = {256, 257, 258, 259, 262, 322, 323, 324, 325};
    int data = 8 + 2 + 12 * tags.length + 4;
    int[] values = {32, 24, 8, 8, 1, width, height, data, compressed.size()};
    ByteBuffer tiff = ByteBuffer.allocate(data + compressed.size());
    tiff.put(new byte[] {'M', 'M', 0, 42}).putInt(8).putShort((short) tags.length);
    for (int i = 0; i < tags.length; i++) {
      tiff.putShort((short) tags[i]).putShort((short) 4).putInt(1).putInt(values[i]);
    }
    return tiff.putInt(0).put(compressed.toByteArray()).array();
  }

  /** Returns an EXIF block of empty directories, each of which refers to the next one. */
  public static byte[] exifOfDirectories(int count) {
    ByteBuffer exif = ByteBuffer.allocate(8 + 6 * count);
    exif.put(new byte[] {'M', 'M', 0, 42}).putInt(8);
    for (int i = 1; i <= count; i++) {
      exif.putShort((short) 0).putInt(i == count ? 0 : 8 + 6 * i);
    }
    return exif.array();
  }

  /** Returns a PNG file of a few bytes whose header claims 60,000 x 60,000 pixels. */
  public static byte[] pngOfSixtyThousandSquared() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(png);
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(60_000);
    fields.writeInt(60_000);
    fields.write(new byte[] {8, 2, 0, 0, 0});
    writeChunk(out, "IHDR", header.toByteArray());
    return png.toByteArray();
  }

  /**
   * Returns a PNG file of 8 x 8 pixels with a chunk of some kilobytes that expands to many
   * megabytes.
   *
   * @param name name of the chunk, {@code zTXt} or {@code iCCP}
   */
  public static byte[] pngWithBomb(String name, int megabytes) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", plain);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
      byte[] megabyte = new byte[1 << 20];
      Arrays.fill(megabyte, (byte) 'x');
      for (int i = 0; i < megabytes; i++) {
        deflater.write(megabyte);
      }
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes("Comment\0\0".getBytes(StandardCharsets.ISO_8859_1));
    content.writeBytes(compressed.toByteArray());
    return pngWithChunk(plain.toByteArray(), name, content.toByteArray());
  }

  /** Returns a PNG file with an additional chunk after its header. */
  public static byte[] pngWithChunk(byte[] png, String name, byte[] content) throws IOException {
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(longer);
    int header = 8 + 25;
    out.write(png, 0, header);
    writeChunk(out, name, content);
    out.write(png, header, png.length - header);
    return longer.toByteArray();
  }

  /**
   * Returns a grey progressive JPEG file that repeats its last scan, a few bytes that make the
   * decoder process every pixel.
   */
  public static byte[] jpegOfManyScans(int side, int scans) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(whole)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      BufferedImage grey = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
      writer.write(null, new IIOImage(grey, null, null), parameters);
    } finally {
      writer.dispose();
    }
    byte[] jpeg = whole.toByteArray();
    int end = jpeg.length - 2;
    int lastScan = end;
    while (jpeg[lastScan] != (byte) 0xff || jpeg[lastScan + 1] != (byte) 0xda) {
      lastScan--;
    }
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(jpeg, 0, end);
    for (int i = 0; i < scans; i++) {
      bomb.write(jpeg, lastScan, end - lastScan);
    }
    bomb.write(jpeg, end, 2);
    return bomb.toByteArray();
  }

  /** Returns a small JPEG file whose colour profile claims this size, or its true size for 0. */
  public static byte[] jpegWithProfileOf(int claimed) throws IOException {
    byte[] jpeg = DamagedPhotos.intact("jpeg");
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(longer);
    out.write(jpeg, 0, 2);
    byte[] profile = profileOf(claimed);
    out.writeShort(0xffe2);
    out.writeShort(2 + 14 + profile.length);
    out.writeBytes("ICC_PROFILE\0\1\1");
    out.write(profile);
    out.write(jpeg, 2, jpeg.length - 2);
    return longer.toByteArray();
  }

  /** Like {@link #jpegWithProfileOf}, as WebP. */
  public static byte[] webpWithProfileOf(int claimed) throws IOException {
    byte[] webp = DamagedPhotos.intact("webp");
    int profile = 12 + 18 + 8;
    if (claimed != 0) {
      ByteBuffer.wrap(webp).putInt(profile, claimed);
    }
    return webp;
  }

  private static byte[] profileOf(int claimed) {
    byte[] sRgb = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
    if (claimed != 0) {
      ByteBuffer.wrap(sRgb).putInt(0, claimed);
    }
    return sRgb;
  }

  /** Returns a WebP file of two equal frames. */
  public static byte[] animatedWebp() {
    byte[] image = webpOfOneColour();
    byte[] frame = Arrays.copyOfRange(image, 12, image.length);
    byte[] size = HexFormat.of().parseHex("9f0f00b70b00");
    ByteBuffer webp = ByteBuffer.allocate(44 + 2 * (24 + frame.length));
    webp.order(ByteOrder.LITTLE_ENDIAN);
    webp.put(ascii("RIFF")).putInt(webp.capacity() - 8);
    webp.put(ascii("WEBPVP8X")).putInt(10).putInt(0x02).put(size);
    webp.put(ascii("ANIM")).putInt(6).put(new byte[6]);
    for (int i = 0; i < 2; i++) {
      // At the top left, for 100 milliseconds.
      webp.put(ascii("ANMF")).putInt(16 + frame.length);
      webp.put(new byte[6]).put(size).putInt(100).put(frame);
    }
    return webp.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns a GIF file of three frames. */
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
