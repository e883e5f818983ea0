package dev.marque.web;

import dev.marque.platform.RequestContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The one place that turns an exception into an answer: a status with a page, a fragment of a page
 * or a problem document.
 *
 * <p>An exception that is neither a {@link Failure} nor a known HTTP or database error is a bug: it
 * is logged once with the request's id, and the client sees only that id.
 */
public final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);

  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  /** The headers of a file or list that must not apply to the error sent instead of it. */
  private static final List<CharSequence> OF_ANOTHER_CONTENT =
      List.of(
          HttpHeaders.ETAG,
          HttpHeaders.CONTENT_ENCODING,
          HttpHeaders.CONTENT_LENGTH,
          HttpHeaders.createOptimized("Content-Disposition"));

  private final Messages messages;
  private final Problems problems;
  private final Pages pages;
  private final SecurityHeaders securityHeaders;

  public Failures(Messages messages, Pages pages, SecurityHeaders securityHeaders) {
    this.messages = messages;
    this.problems = new Problems(messages);
    this.pages = pages;
    this.securityHeaders = securityHeaders;
  }

  /**
   * Adds the handler for failures of all routes. Must be mounted before them: a failed request
   * passes through the routes again, from the first one, until one has a handler for failures.
   */
  public void mount(Router router) {
    router.route().failureHandler(this::answer);
    // Failures before the first route, for example a URI that cannot be parsed.
    Stream.of(400, 404, 405, 413, 500).forEach(code -> router.errorHandler(code, this::answer));
  }

  /** Adds the handler for requests that no route matches. Must be mounted after all routes. */
  public void mountUnmatched(Router router) {
    router.route().handler(new UnmatchedPaths(new AllowedMethods(router), pages));
  }

  /**
   * Answers input that is not valid HTTP or has a line or header that is too long; for {@code
   * HttpServer.invalidRequestHandler}.
   */
  public void invalidRequest(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String reason = cause == null ? "" : cause.getClass().getSimpleName();
    Failure failure =
        reason.contains("TooLongHttpLine")
            ? new Failure.Refused(414, "address-too-long")
            : reason.contains("TooLong")
                ? new Failure.Refused(431, "headers-too-large")
                : new Failure.Malformed("bad-request");
    String id = RequestId.fresh();
    LOG.atInfo()
        .addKeyValue(RequestContext.LOGGED_AS, id)
        .log("rejected a malformed request: {} {}", failure.status(), reason);
    HttpServerResponse response = request.response();
    securityHeaders.complete(response);
    // Neither the address nor the headers are reliable, so the language and the media type that the
    // client accepts are unknown.
    response.putHeader("Connection", "close").putHeader(RequestId.HEADER, id);
    sendProblem(response, failure, Locale.ENGLISH, id);
    request.connection().close();
  }

  private void sendProblem(
      HttpServerResponse response, Failure failure, Locale language, String requestId) {
    response
        .setStatusCode(failure.status())
        .putHeader("Content-Type", Problems.MEDIA_TYPE)
        .putHeader("Content-Language", language.getLanguage())
        .end(problems.answer(failure, language, requestId));
  }

  private void answer(RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.ended()) {
      return;
    }
    Failure failure = failureOf(ctx, ctx.failure());
    if (response.headWritten()) {
      // Part of the answer has been sent: closing the connection is the only way to signal failure.
      ctx.request().connection().close();
      return;
    }
    RequestId.assign(ctx, false);
    securityHeaders.complete(response);
    addHeaders(ctx, failure);
    Locale language = pages.language(ctx);
    if (wantsJson(ctx)) {
      sendProblem(response, failure, language, RequestId.of(ctx));
    } else {
      answerPage(ctx, failure, language);
    }
  }

  private void answerPage(RoutingContext ctx, Failure failure, Locale language) {
    Map<String, String> errors = new LinkedHashMap<>();
    failure.fields().forEach(error -> errors.put(error.field(), messages.text(language, error)));
    Map<String, Object> model =
        Map.of(
            "status", failure.status(),
            "title", messages.title(language, failure),
            "detail", messages.detail(language, failure),
            "errors", errors,
            "requestId", RequestId.of(ctx));
    pages
        .render(ctx, failure.status(), "error", model)
        .onFailure(problem -> answerPlainly(ctx, problem));
  }

  /** The last resort: the error page itself fails to render, or the client has disconnected. */
  private static void answerPlainly(RoutingContext ctx, Throwable problem) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.headWritten()) {
      event(ctx, Level.WARN).setCause(problem).log("the error page was not sent");
      return;
    }
    event(ctx, Level.ERROR).setCause(problem).log("the error page failed to render");
    response
        .setStatusCode(500)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end("Internal Server Error, request " + RequestId.of(ctx) + "\n");
  }

  static boolean wantsJson(RoutingContext ctx) {
    String path = ctx.request().path();
    // The raw path, too: a path with a broken escape cannot be normalized.
    if ((path != null && path.startsWith("/api/"))
        || RequestAddress.path(ctx).startsWith("/api/")) {
      return true;
    }
    String accept = ctx.request().getHeader("Accept");
    return accept != null && accept.contains("json") && !accept.contains("text/html");
  }

  /** Adds the headers of a failure; for routes that answer it with their own page. */
  public static void addHeaders(RoutingContext ctx, Failure failure) {
    HttpServerResponse response = ctx.response();
    response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
    OF_ANOTHER_CONTENT.forEach(response.headers()::remove);
    failure.retryAfter().ifPresent(wait -> putRetryAfter(response, wait));
    if (failure instanceof Failure.MethodNotAllowed method) {
      response.putHeader("Allow", String.join(", ", method.allowed()));
    } else if (failure instanceof Failure.NotSignedIn
        && !response.headers().contains("WWW-Authenticate")) {
      boolean sent = ctx.request().headers().contains("Authorization");
      response.putHeader(
          "WWW-Authenticate",
          "Bearer realm=\"marque\"" + (sent ? ", error=\"invalid_token\"" : ""));
    }
  }

  /** Keeps the longest wait if several parts of a request have failed. */
  private static void putRetryAfter(HttpServerResponse response, Duration wait) {
    String before = response.headers().get("Retry-After");
    if (before == null || Long.parseLong(before) < wait.toSeconds()) {
      response.putHeader("Retry-After", Long.toString(wait.toSeconds()));
    }
  }

  /**
   * Returns the failure to report to the client for a cause, and logs the cause if it is a bug.
   *
   * @param cause why a request, or one part of its work, failed
   */
  public static Failure failureOf(RoutingContext ctx, @Nullable Throwable cause) {
    if (cause instanceof Failure failure) {
      return failure;
    }
    if (cause instanceof DecoderException || isFormFault(cause) || isBodyFault(cause)) {
      return new Failure.Malformed("bad-request");
    }
    if (cause instanceof HttpClosedException) {
      return new Failure.Refused(408, "client-gone");
    }
    if (DatabaseTrouble.isTransient(cause)) {
      event(ctx, Level.WARN).log("database unreachable: {}", String.valueOf(cause));
      return new Failure.Unavailable("database-unreachable", DATABASE_RETRY);
    }
    int status = ctx.statusCode();
    if (status >= 400 && status < 500) {
      return refusal(status);
    }
    event(ctx, Level.ERROR)
        .setCause(cause)
        .log("{} {} failed", ctx.request().method(), ctx.request().path());
    return new Failure.Unexpected();
  }

  /** Adds the request id explicitly, because a cause may arrive on any thread. */
  private static LoggingEventBuilder event(RoutingContext ctx, Level level) {
    return LOG.atLevel(level).addKeyValue(RequestContext.LOGGED_AS, RequestId.of(ctx));
  }

  private static boolean isFormFault(@Nullable Throwable cause) {
    return cause instanceof HttpPostRequestDecoder.TooLongFormFieldException
        || cause instanceof HttpPostRequestDecoder.TooManyFormFieldsException;
  }

  /** Netty has no specific exception for a chunk length that is not a number. */
  private static boolean isBodyFault(@Nullable Throwable cause) {
    return cause instanceof NumberFormatException
        && Stream.of(cause.getStackTrace())
            .limit(3)
            .anyMatch(at -> at.getClassName().equals(HttpObjectDecoder.class.getName()));
  }

  private static Failure refusal(int status) {
    return switch (status) {
      case 401 -> new Failure.NotSignedIn("not-signed-in");
      case 403 -> new Failure.Forbidden("forbidden");
      case 404 -> new Failure.NotFound("not-found");
      case 405 -> new Failure.MethodNotAllowed(List.of());
      case 406 -> new Failure.NotAcceptable("not-acceptable");
      case 413 -> new Failure.TooLarge("body-too-large");
      case 415 -> new Failure.UnsupportedType("content-type");
      case 417 -> new Failure.Refused(417, "expectation");
      default -> new Failure.Malformed("bad-request");
    };
  }
}
