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
 * A zip archive that is sent while it is made, one entry in memory at a time. Packing an entry of
 * some ten kilobytes takes a fraction of a millisecond: it may run on an event loop.
 */
public final class ZipStream {

  private final HttpServerResponse response;
  private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(packed, StandardCharsets.UTF_8);

  public ZipStream(HttpServerResponse response) {
    this.response = response;
    // It is packed: keeps the server from trying.
    response.putHeader("Content-Encoding", "identity");
  }

  /**
   * Adds a file; the next one may be added when this has succeeded.
   *
   * @param name with folders, for example {@code photos/0192.jpg}
   */
  public Future<Void> add(String name, Buffer content) {
    try {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content.getBytes());
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return response.write(taken());
  }

  /** Writes the archive's directory and ends the answer. */
  public Future<Void> end() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return response.end(taken());
  }

  private Buffer taken() {
    Buffer bytes = Buffer.buffer(packed.toByteArray());
    packed.reset();
    return bytes;
  }
}
