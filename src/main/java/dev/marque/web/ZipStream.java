package dev.marque.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive that is sent while it is created, with one entry in memory at a time. Compressing
 * an entry of some ten kilobytes takes a fraction of a millisecond, so it may run on an event loop.
 */
public final class ZipStream {

  private final HttpServerResponse response;
  private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(compressed, StandardCharsets.UTF_8);

  public ZipStream(HttpServerResponse response) {
    this.response = response;
    // Already compressed: keeps the server from compressing it again.
    response.putHeader("Content-Encoding", "identity");
  }

  /**
   * Adds a file. The next one may be added after the returned future has succeeded.
   *
   * @param name path within the archive, for example {@code photos/0192.jpg}
   */
  public Future<Void> add(String name, Buffer content) {
    try {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content.getBytes());
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return response.write(drain());
  }

  /** Writes the archive's central directory and ends the answer. */
  public Future<Void> end() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return response.end(drain());
  }

  private Buffer drain() {
    Buffer bytes = Buffer.buffer(compressed.toByteArray());
    compressed.reset();
    return bytes;
  }
}
