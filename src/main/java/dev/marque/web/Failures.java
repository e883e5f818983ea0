package dev.marque.web;

import dev.marque.platform.RequestContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
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
 * The one place where something that went wrong becomes an answer: a status, then a page, a
 * fragment of one, or a problem document. To be mounted after every route.
 *
 * <p>What is not a {@link Failure} and not a known refusal of HTTP or of the database is a defect:
 * it is logged once with the request's id, and the client learns only that id.
 */
public final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);

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

  /** Adds the answer for what no route takes, and for every failure before. */
  public void mount(Router router) {
    UnmatchedPaths unmatched = new UnmatchedPaths(new AllowedMethods(router));
    router.route().handler(unmatched);
    router.route().failureHandler(this::answer);
    // Failures before the first route, such as an address that cannot be parsed.
    Stream.of(400, 404, 405, 413, 500).forEach(code -> router.errorHandler(code, this::answer));
  }

  /**
   * For {@code HttpServer.invalidRequestHandler}: what is not HTTP, or too long a line or header.
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
        .log("refused a request that is not well formed: {} {}", failure.status(), reason);
    HttpServerResponse response = request.response();
    securityHeaders.complete(response);
    // Neither its address nor its headers can be relied on: whose language and which form of answer
    // it wants is not known.
    Locale language = Locale.ENGLISH;
    response
        .setStatusCode(failure.status())
        .putHeader("Connection", "close")
        .putHeader("Content-Type", Problems.MEDIA_TYPE)
        .putHeader("Content-Language", language.getLanguage())
        .putHeader(RequestId.HEADER, id)
        .end(problems.document(failure, language).put("request_id", id).toBuffer());
    request.connection().close();
  }

  private void answer(RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.ended()) {
      return;
    }
    Failure failure = failureOf(ctx, ctx.failure());
    if (response.headWritten()) {
      // Half an answer is on its way: cutting the connection is the only way left to say so.
      ctx.request().connection().close();
      return;
    }
    RequestId.assign(ctx, false);
    securityHeaders.complete(response);
    addHeaders(ctx, failure);
    Locale language = Pages.language(ctx);
    if (wantsJson(ctx)) {
      JsonObject problem =
          problems.document(failure, language).put("request_id", RequestId.of(ctx));
      response
          .setStatusCode(failure.status())
          .putHeader("Content-Type", Problems.MEDIA_TYPE)
          .putHeader("Content-Language", language.getLanguage())
          .end(problem.toBuffer());
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

  /** The last resort: the error page itself has a defect, or its client has gone. */
  private static void answerPlainly(RoutingContext ctx, Throwable problem) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.headWritten()) {
      event(ctx, Level.WARN).setCause(problem).log("the error page was not sent");
      return;
    }
    event(ctx, Level.ERROR).setCause(problem).log("the error page does not render");
    response
        .setStatusCode(500)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .end("Internal Server Error, request " + RequestId.of(ctx) + "\n");
  }

  private static boolean wantsJson(RoutingContext ctx) {
    String path = ctx.request().path();
    // As sent, too: what has a broken escape cannot be normalized.
    if ((path != null && path.startsWith("/api/"))
        || RequestAddress.path(ctx).startsWith("/api/")) {
      return true;
    }
    String accept = ctx.request().getHeader("Accept");
    return accept != null && accept.contains("json") && !accept.contains("text/html");
  }

  /** The headers that belong to a failure, for routes that answer it with a form of their own. */
  public static void addHeaders(RoutingContext ctx, Failure failure) {
    HttpServerResponse response = ctx.response();
    // A file or a list that was about to be cached is now an error, which is not.
    response.putHeader("Cache-Control", "no-store");
    Stream.of("ETag", "Content-Encoding", "Content-Length", "Content-Disposition")
        .forEach(response.headers()::remove);
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

  /** The longest wait, where several parts of a request have failed. */
  private static void putRetryAfter(HttpServerResponse response, Duration wait) {
    String before = response.headers().get("Retry-After");
    if (before == null || Long.parseLong(before) < wait.toSeconds()) {
      response.putHeader("Retry-After", Long.toString(wait.toSeconds()));
    }
  }

  /**
   * What a client may be told of a cause; a defect is logged here.
   *
   * @param cause of a request's failure, or of one part of the request's work
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
    if (DatabaseTrouble.isUnreachable(cause)) {
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

  /** Names the request itself, since a cause may arrive on whatever thread. */
  private static LoggingEventBuilder event(RoutingContext ctx, Level level) {
    return LOG.atLevel(level).addKeyValue(RequestContext.LOGGED_AS, RequestId.of(ctx));
  }

  private static boolean isFormFault(@Nullable Throwable cause) {
    return cause instanceof HttpPostRequestDecoder.TooLongFormFieldException
        || cause instanceof HttpPostRequestDecoder.TooManyFormFieldsException;
  }

  /** Netty has no exception of its own for the length of a chunk that is no number. */
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
