package dev.marque.account;

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
final class ZipStream implements PersonalData.Sink {

  private final HttpServerResponse response;
  private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(packed, StandardCharsets.UTF_8);

  ZipStream(HttpServerResponse response) {
    this.response = response;
  }

  @Override
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
  Future<Void> end() {
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
