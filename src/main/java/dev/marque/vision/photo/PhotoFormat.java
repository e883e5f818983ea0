package dev.marque.vision.photo;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Image file formats, identified by their first bytes. */
public enum PhotoFormat {
  JPEG(true),
  PNG(true),
  GIF(true),
  BMP(true),
  TIFF(true),
  WEBP(true),
  /** The default of iPhones; not supported. */
  HEIC(false),
  /** Not supported. */
  AVIF(false);

  private static final Set<String> HEIC_BRANDS =
      Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1");
  private static final Set<String> EXTENSIONS =
      Set.of(
          ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif",
          ".avif");

  private static final Set<String> AVIF_BRANDS = Set.of("avif", "avis");

  private final boolean readable;

  PhotoFormat(boolean readable) {
    this.readable = readable;
  }

  /** Returns whether {@link PhotoReader} can read it. */
  public boolean readable() {
    return readable;
  }

  /** Identifies the format of a file by its first bytes; empty if unknown. */
  public static Optional<PhotoFormat> of(byte[] bytes) {
    if (begins(bytes, 0, "\u00ff\u00d8\u00ff")) {
      return Optional.of(JPEG);
    }
    if (begins(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
      return Optional.of(PNG);
    }
    if (begins(bytes, 0, "GIF87a") || begins(bytes, 0, "GIF89a")) {
      return Optional.of(GIF);
    }
    if (begins(bytes, 0, "II*\0") || begins(bytes, 0, "MM\0*")) {
      return Optional.of(TIFF);
    }
    if (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP")) {
      return Optional.of(WEBP);
    }
    if (begins(bytes, 0, "BM") && bytes.length > 26) {
      return Optional.of(BMP);
    }
    if (begins(bytes, 4, "ftyp") && bytes.length >= 12) {
      String brand = new String(bytes, 8, 4, StandardCharsets.ISO_8859_1);
      if (HEIC_BRANDS.contains(brand)) {
        return Optional.of(HEIC);
      }
      if (AVIF_BRANDS.contains(brand)) {
        return Optional.of(AVIF);
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether a file has the extension of one of these formats, readable or not, so that none
   * is skipped without a message. Its content may differ.
   */
  public static boolean isNamedLikePhoto(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return EXTENSIONS.stream().anyMatch(name::endsWith);
  }

  private static boolean begins(byte[] bytes, int at, String signature) {
    if (bytes.length < at + signature.length()) {
      return false;
    }
    for (int i = 0; i < signature.length(); i++) {
      if ((bytes[at + i] & 0xff) != signature.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
