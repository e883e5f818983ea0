package dev.marque.web;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads uploaded files into memory, never to disk: they are small, short-lived and private.
 *
 * <p>Limits the bytes per file, the files and bytes per request, the time for a request to arrive
 * and the bytes of all requests together.
 */
public final class Uploads {

  private final UploadLimits limits;
  private final Duration timeout;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param fileBytes maximum bytes of one file
   * @param totalBytes maximum bytes of all files of one request
   * @param memoryBytes maximum bytes that all requests may hold at once, beyond which they are
   *     answered with 503
   * @param timeout maximum time for a request to arrive
   */
  public Uploads(long fileBytes, long totalBytes, long memoryBytes, Duration timeout) {
    this.limits = new UploadLimits(fileBytes, totalBytes, memoryBytes);
    this.timeout = timeout;
  }

  /** Decides whether to read a body, after the request's headers have been validated. */
  @FunctionalInterface
  public interface Admission {

    /**
     * Requests permission to read the body.
     *
     * @return succeeds with an action to run once the body has been read or reading has failed;
     *     fails with the answer to the client if the body must not be read
     */
    Future<Runnable> request();
  }

  /** Returns the bytes of uploads that are currently in memory. */
  public long held() {
    return held.get();
  }

  /**
   * Reads the unread body of a request: a multipart form, or the bytes of one file. A client that
   * is not admitted does not have to send the body; if it does, the body is not kept.
   *
   * <p>Fails with {@link Failure.TooLarge} ({@code upload-too-large}; for files that are only
   * together too large {@code uploads-too-large}), {@link Failure.Malformed} ({@code
   * multipart-malformed}, {@code form-field-too-long}, {@code too-many-files}, {@code
   * upload-too-slow}), {@link Failure.UnsupportedType} ({@code content-type}), {@link
   * Failure.Unavailable} ({@code busy}), {@link Failure.Refused} ({@code client-gone}), or the
   * failure of the admission.
   *
   * @param maxFiles maximum number of files in the request
   */
  public Future<Upload> read(RoutingContext ctx, int maxFiles, Admission admission) {
    HttpServerRequest request = ctx.request();
    String type = request.getHeader("Content-Type");
    String lower = type == null ? "" : type.toLowerCase(Locale.ROOT);
    boolean multipart = lower.startsWith("multipart/form-data");
    if (!multipart && !lower.startsWith("image/") && !isBytes(lower)) {
      return Future.failedFuture(new Failure.UnsupportedType("content-type"));
    }
    Optional<FormType> form;
    try {
      form = multipart ? Optional.of(FormType.of(type)) : Optional.empty();
    } catch (Failure.Malformed malformed) {
      return Future.failedFuture(malformed);
    }
    if (declaredLength(request) > limits.bodyBytes(multipart)) {
      return Future.failedFuture(limits.tooLarge());
    }
    return admission
        .request()
        .compose(release -> readBody(ctx, form, maxFiles).onComplete(done -> release.run()));
  }

  private Future<Upload> readBody(RoutingContext ctx, Optional<FormType> form, int maxFiles) {
    HttpServerRequest request = ctx.request();
    if (ctx.response().closed()) {
      // The end handlers have already run, so nothing would release the memory.
      return Future.failedFuture(new Failure.Refused(408, "client-gone"));
    }
    UploadReader reader =
        new UploadReader(request, limits, limits.bodyBytes(form.isPresent()), maxFiles, held);
    ctx.addEndHandler(end -> reader.release());
    sendContinue(request);
    long timer =
        ctx.vertx()
            .setTimer(
                timeout.toMillis(), late -> reader.fail(new Failure.Malformed("upload-too-slow")));
    return form.map(reader::readForm)
        .orElseGet(reader::readFile)
        .onComplete(done -> ctx.vertx().cancelTimer(timer));
  }

  private static boolean isBytes(String contentType) {
    return contentType.startsWith("application/octet-stream");
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Sent only after admission, so that a rejected client never has to send the photo. */
  private static void sendContinue(HttpServerRequest request) {
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))
        && !HttpVersion.HTTP_1_0.equals(request.version())) {
      request.response().writeContinue();
    }
  }
}
