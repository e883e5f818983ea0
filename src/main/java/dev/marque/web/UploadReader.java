package dev.marque.web;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads one request's files. Lives on the request's event loop, except for the shared count. */
final class UploadReader {

  private final HttpServerRequest request;
  private final long fileBytes;
  private final long requestBytes;
  private final int mostFiles;
  private final AtomicLong held;
  private final long memoryBytes;
  private final Promise<Upload> result = Promise.promise();
  private final List<Upload.File> files = new ArrayList<>();
  private long mine;
  private boolean released;
  private @Nullable FormParts form;

  /**
   * @param held the bytes of all requests, of which this one adds and takes back its own
   */
  UploadReader(
      HttpServerRequest request,
      long fileBytes,
      long requestBytes,
      int mostFiles,
      AtomicLong held,
      long memoryBytes) {
    this.request = request;
    this.fileBytes = fileBytes;
    this.requestBytes = requestBytes;
    this.mostFiles = mostFiles;
    this.held = held;
    this.memoryBytes = memoryBytes;
  }

  Future<Upload> readForm(FormType type) {
    FormParts parts = new FormParts(type, this::takeFile);
    form = parts;
    return read(parts::add, () -> new Upload(files, parts.end()));
  }

  Future<Upload> readFile() {
    Buffer content = Buffer.buffer();
    return read(
        content::appendBuffer,
        () ->
            new Upload(
                List.of(new Upload.File("", "", content)), MultiMap.caseInsensitiveMultiMap()));
  }

  /** Stops reading; whoever waits for the result gets the failure. */
  void fail(Throwable cause) {
    if (result.tryFail(cause)) {
      files.clear();
    }
  }

  /** Gives the memory back in the books, once the answer is out; what still comes is not taken. */
  void release() {
    released = true;
    held.addAndGet(-mine);
    mine = 0;
    if (form != null) {
      form.close();
    }
  }

  private Future<Upload> read(Consumer<Buffer> sink, Supplier<Upload> end) {
    request.exceptionHandler(gone -> fail(asFailure(gone)));
    request.handler(
        chunk -> {
          if (!released && !result.future().isComplete() && count(chunk.length())) {
            attempt(() -> sink.accept(chunk));
          }
        });
    request.endHandler(
        done -> {
          if (!result.future().isComplete()) {
            attempt(() -> result.tryComplete(end.get()));
          }
        });
    request.resume();
    return result.future();
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (Failure.Malformed malformed) {
      fail(malformed);
    }
  }

  private boolean count(int bytes) {
    mine += bytes;
    if (held.addAndGet(bytes) > memoryBytes) {
      fail(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
      return false;
    }
    if (mine > requestBytes) {
      fail(Uploads.tooLarge(fileBytes, requestBytes));
      return false;
    }
    return true;
  }

  private Consumer<Buffer> takeFile(String field, String name) {
    if (name.isEmpty()) {
      // What a browser sends for a file field in which nothing was chosen.
      return chunk -> {};
    }
    if (files.size() == mostFiles) {
      fail(new Failure.Malformed("too-many-files", mostFiles));
      return chunk -> {};
    }
    Buffer content = Buffer.buffer();
    files.add(new Upload.File(field, name, content));
    return chunk -> append(content, chunk);
  }

  private void append(Buffer content, Buffer chunk) {
    if (result.future().isComplete()) {
      return;
    }
    if (content.length() + chunk.length() > fileBytes) {
      fail(Uploads.tooLarge(fileBytes, fileBytes));
    } else {
      content.appendBuffer(chunk);
    }
  }

  private static Throwable asFailure(Throwable gone) {
    return gone instanceof io.vertx.core.http.HttpClosedException
        ? gone
        : new Failure.Malformed("multipart-malformed");
  }
}
