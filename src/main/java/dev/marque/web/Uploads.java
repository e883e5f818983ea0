package dev.marque.web;

import dev.marque.platform.ByteSize;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads uploaded files into memory, never to disk: they are small, short-lived, and private.
 *
 * <p>Bounded in the bytes of a file, the files and bytes of a request, the time that a request may
 * take to arrive, and the bytes of all requests together.
 */
public final class Uploads {

  private static final long FORM_OVERHEAD = 64 << 10;

  private final long fileBytes;
  private final long requestBytes;
  private final long memoryBytes;
  private final Duration patience;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param fileBytes the most bytes of one file
   * @param requestBytes the most bytes of all files of one request
   * @param memoryBytes the most bytes that all requests may hold at once; more are answered 503
   * @param patience how long a request may take to arrive
   */
  public Uploads(long fileBytes, long requestBytes, long memoryBytes, Duration patience) {
    this.fileBytes = fileBytes;
    this.requestBytes = requestBytes + FORM_OVERHEAD;
    this.memoryBytes = memoryBytes;
    this.patience = patience;
  }

  /** Asks whether a body is worth reading, once its head was found to be in order. */
  @FunctionalInterface
  public interface Admission {

    /**
     * Whether to read it.
     *
     * @return fails with what the client is told in place of being read; what it succeeds with is
     *     run when the body is here, or will never be
     */
    Future<Runnable> ask();
  }

  /** The bytes of uploads that are in memory just now. */
  public long held() {
    return held.get();
  }

  /**
   * Reads the body of a request that nobody has read yet: a multipart form, or one file as it is.
   * Who is not admitted does not have to send it, and what they send all the same is not kept.
   *
   * <p>Fails with {@link Failure.TooLarge} ({@code upload-too-large}, of all files together {@code
   * uploads-too-large}), {@link Failure.Malformed} ({@code multipart-malformed}, {@code
   * form-field-too-long}, {@code too-many-files}, {@code upload-too-slow}), {@link
   * Failure.UnsupportedType} ({@code content-type}), {@link Failure.Unavailable} ({@code busy}) or
   * {@link Failure.Refused} ({@code client-gone}), or as the admission does.
   *
   * @param mostFiles how many files the request may carry
   */
  public Future<Upload> read(RoutingContext ctx, int mostFiles, Admission admission) {
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
    long most = multipart ? requestBytes : fileBytes;
    if (declaredLength(request) > most) {
      return Future.failedFuture(tooLarge(fileBytes, most));
    }
    return admission
        .ask()
        .compose(
            place -> readBody(ctx, form, most, mostFiles).onComplete(readOrNot -> place.run()));
  }

  private Future<Upload> readBody(
      RoutingContext ctx, Optional<FormType> form, long most, int mostFiles) {
    HttpServerRequest request = ctx.request();
    if (ctx.response().closed()) {
      // Who left before now has had their end: nobody would give the memory back.
      return Future.failedFuture(new Failure.Refused(408, "client-gone"));
    }
    UploadReader reader = new UploadReader(request, fileBytes, most, mostFiles, held, memoryBytes);
    ctx.addEndHandler(end -> reader.release());
    sayContinue(request);
    long timer =
        ctx.vertx()
            .setTimer(
                patience.toMillis(), late -> reader.fail(new Failure.Malformed("upload-too-slow")));
    return form.map(reader::readForm)
        .orElseGet(reader::readFile)
        .onComplete(done -> ctx.vertx().cancelTimer(timer));
  }

  /**
   * What a client is told that sends too much.
   *
   * @param most the limit that does not hold: of a file, or else of a request with several
   */
  static Failure tooLarge(long fileBytes, long most) {
    return most == fileBytes
        ? new Failure.TooLarge("upload-too-large", new ByteSize(fileBytes))
        : new Failure.TooLarge(
            "uploads-too-large", new ByteSize(fileBytes), new ByteSize(most - FORM_OVERHEAD));
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

  /** Only now: who was refused before never needs to send the photo. */
  private static void sayContinue(HttpServerRequest request) {
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))
        && !HttpVersion.HTTP_1_0.equals(request.version())) {
      request.response().writeContinue();
    }
  }
}
