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

/** Reads one request's files. Used on the request's event loop; only {@code held} is shared. */
final class UploadReader {

  private final HttpServerRequest request;
  private final UploadLimits limits;
  private final long bodyBytes;
  private final int maxFiles;
  private final AtomicLong held;
  private final Promise<Upload> result = Promise.promise();
  private final List<Upload.File> files = new ArrayList<>();
  private long ownBytes;
  private long contentBytes;
  private boolean released;
  private @Nullable FormParts form;

  /**
   * @param bodyBytes maximum bytes of the request's body
   * @param held bytes held by all requests, to which this reader adds and subtracts its own
   */
  UploadReader(
      HttpServerRequest request,
      UploadLimits limits,
      long bodyBytes,
      int maxFiles,
      AtomicLong held) {
    this.request = request;
    this.limits = limits;
    this.bodyBytes = bodyBytes;
    this.maxFiles = maxFiles;
    this.held = held;
  }

  Future<Upload> readForm(FormType type) {
    FormParts parts = new FormParts(type, this::startFile);
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

  /** Stops reading and fails the result. */
  void fail(Throwable cause) {
    if (result.tryFail(cause)) {
      files.clear();
    }
  }

  /** Releases this request's share of the memory budget and ignores bytes that arrive later. */
  void release() {
    released = true;
    held.addAndGet(-ownBytes);
    ownBytes = 0;
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
    ownBytes += bytes;
    if (held.addAndGet(bytes) > limits.memoryBytes()) {
      fail(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
      return false;
    }
    if (ownBytes > bodyBytes) {
      fail(limits.tooLarge());
      return false;
    }
    return true;
  }

  private Consumer<Buffer> startFile(String field, String name) {
    if (name.isEmpty()) {
      // Browsers send this for a file field without a chosen file.
      return chunk -> {};
    }
    if (files.size() == maxFiles) {
      fail(new Failure.Malformed("too-many-files", maxFiles));
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
    contentBytes += chunk.length();
    if (content.length() + chunk.length() > limits.fileBytes()) {
      fail(limits.tooLarge());
    } else if (contentBytes > limits.totalBytes()) {
      fail(limits.tooLargeTogether());
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
