package dev.marque.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.MimeMapping;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A static file in memory.
 *
 * @param name for example {@code marque.css}
 * @param hash the first bytes of its SHA-256, in hexadecimal
 * @param contentType media type, with the character set for text
 * @param content uncompressed content
 * @param gzip compressed content, or {@code null} if compression saves nothing
 */
record Asset(String name, String hash, String contentType, Buffer content, @Nullable Buffer gzip) {

  private static final int HASH_BYTES = 6;

  static Asset of(String name, byte[] content) {
    String type = MimeMapping.mimeTypeForFilename(name);
    boolean text =
        type != null
            && (type.startsWith("text/")
                || type.endsWith("javascript")
                || type.endsWith("json")
                || type.endsWith("xml"));
    String contentType = type == null ? "application/octet-stream" : type;
    return new Asset(
        name,
        HexFormat.of().formatHex(sha256(content), 0, HASH_BYTES),
        text ? contentType + ";charset=utf-8" : contentType,
        Buffer.buffer(content),
        text ? compressed(content) : null);
  }

  /** Returns the name with the hash before the extension. */
  String hashedName() {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name + "-" + hash : name.substring(0, dot) + "-" + hash + name.substring(dot);
  }

  private static @Nullable Buffer compressed(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length / 3 + 64);
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size() < content.length ? Buffer.buffer(bytes.toByteArray()) : null;
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform supports SHA-256", e);
    }
  }
}
