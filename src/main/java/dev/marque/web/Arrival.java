package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The first handler of every request: assigns its id, determines the client's address, pauses its
 * body until a handler reads it, and normalizes its method and path for the routes.
 *
 * <p>The body of a request that was rejected unread is discarded after the answer, up to a limit: a
 * client that is still sending would otherwise see a broken connection instead of the answer.
 */
public final class Arrival implements Handler<RoutingContext> {

  private static final String CLIENT_ADDRESS = Arrival.class.getName() + ".address";
  private static final String METHOD = Arrival.class.getName() + ".method";
  private static final String MALFORMED = Arrival.class.getName() + ".malformed";
  private static final long MAX_DISCARDED_BYTES = 64L << 20;

  private final Proxies proxies;
  private final String prefix;

  /**
   * @param publicUrl URL under which browsers reach the program; its path is stripped from the
   *     paths of requests
   */
  public Arrival(Proxies proxies, Optional<URI> publicUrl) {
    this.proxies = proxies;
    this.prefix = PublicUrl.prefix(publicUrl);
  }

  public void mount(Router router) {
    router.route().handler(this);
  }

  /** Returns the numeric address of the client itself, not of a trusted proxy in between. */
  public static String clientAddress(RoutingContext ctx) {
    String address = ctx.get(CLIENT_ADDRESS);
    return address == null ? "unknown" : address;
  }

  /** Returns the method as sent; {@code HEAD} is routed as {@code GET}. */
  static HttpMethod methodAsSent(RoutingContext ctx) {
    HttpMethod method = ctx.get(METHOD);
    return method == null ? ctx.request().method() : method;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (ctx.get(METHOD) == null) {
      ctx.put(METHOD, request.method());
      ctx.put(CLIENT_ADDRESS, proxies.clientAddress(request));
      if (!request.isEnded()) {
        request.pause();
      }
      if (hasAmbiguousLength(request)) {
        rejectAndClose(ctx);
        return;
      }
      if (!isWellFormed(ctx)) {
        // Any code that parses the query would fail again, including the error page.
        ctx.put(MALFORMED, true);
        ctx.reroute(withoutPrefix(target(request)).startsWith("/api/") ? "/api/v1" : "/");
        return;
      }
      String target = withoutPrefix(target(request));
      boolean head = HttpMethod.HEAD.equals(request.method());
      if (head || !target.equals(request.uri())) {
        ctx.reroute(head ? HttpMethod.GET : request.method(), target);
        return;
      }
    }
    RequestId.assign(ctx, proxies.trusts(request));
    ctx.addBodyEndHandler(end -> BodyDiscarder.discard(ctx.vertx(), request, MAX_DISCARDED_BYTES));
    if (ctx.get(MALFORMED) != null) {
      throw new Failure.Malformed("bad-request");
    }
    ctx.next();
  }

  /** Returns path and query, also of a target that is a complete URL (RFC 9112, section 3.2.2). */
  private static String target(HttpServerRequest request) {
    String query = request.query();
    return query == null ? request.path() : request.path() + "?" + query;
  }

  /** Returns whether every percent escape in path and query has two hexadecimal digits. */
  private static boolean isWellFormed(RoutingContext ctx) {
    try {
      ctx.normalizedPath();
      ctx.request().params();
      return true;
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /**
   * Returns whether two servers could disagree where this request ends (request smuggling, RFC
   * 9112, section 6.1): the decoder ignores a transfer encoding that it does not know.
   */
  private static boolean hasAmbiguousLength(HttpServerRequest request) {
    List<String> encodings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    return !encodings.isEmpty()
        && !(encodings.size() == 1 && encodings.get(0).strip().equalsIgnoreCase("chunked"));
  }

  private static void rejectAndClose(RoutingContext ctx) {
    ctx.response().putHeader(HttpHeaders.CONNECTION, "close");
    ctx.addEndHandler(end -> ctx.request().connection().close());
    ctx.fail(new Failure.Malformed("bad-request"));
  }

  private String withoutPrefix(String uri) {
    if (prefix.isEmpty() || !uri.startsWith(prefix)) {
      return uri;
    }
    String rest = uri.substring(prefix.length());
    if (rest.isEmpty() || rest.startsWith("?")) {
      return "/" + rest;
    }
    return rest.startsWith("/") ? rest : uri;
  }
}
