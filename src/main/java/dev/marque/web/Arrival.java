package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The first handler of every request: names it, finds out who sent it, holds its body back until
 * somebody wants it, and brings its method and path into the form that the routes are written for.
 *
 * <p>A body that nobody wanted, because the request was refused before, is read and thrown away
 * after the answer: a client that is still sending would otherwise see a broken connection in place
 * of the answer. There is a bound to that patience.
 */
public final class Arrival implements Handler<RoutingContext> {

  private static final String CLIENT_ADDRESS = Arrival.class.getName() + ".address";
  private static final String METHOD = Arrival.class.getName() + ".method";
  private static final String MALFORMED = Arrival.class.getName() + ".malformed";
  private static final long MOST_TO_THROW_AWAY = 64L << 20;

  private final Proxies proxies;
  private final String prefix;

  /**
   * @param publicUrl as the browser sees the program; its path is taken off the paths of requests
   */
  public Arrival(Proxies proxies, Optional<URI> publicUrl) {
    this.proxies = proxies;
    this.prefix = PublicUrl.prefix(publicUrl);
  }

  public void mount(Router router) {
    router.route().handler(this);
  }

  /** The numeric address of the client, the proxies in between left out. */
  public static String clientAddress(RoutingContext ctx) {
    String address = ctx.get(CLIENT_ADDRESS);
    return address == null ? "unknown" : address;
  }

  /** The method as sent: {@code HEAD} is answered by the route for {@code GET}. */
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
      if (hasUnclearEnd(request)) {
        refuseAndClose(ctx);
        return;
      }
      if (!isWellFormed(ctx)) {
        // Whoever looked at the query, the page that says so included, would fail on it again.
        ctx.put(MALFORMED, true);
        ctx.reroute(request.uri().startsWith(prefix + "/api/") ? "/api/v1" : "/");
        return;
      }
      String target = withoutPrefix(request.uri());
      boolean head = HttpMethod.HEAD.equals(request.method());
      if (head || !target.equals(request.uri())) {
        ctx.reroute(head ? HttpMethod.GET : request.method(), target);
        return;
      }
    }
    RequestId.assign(ctx, proxies.trusts(request));
    ctx.addBodyEndHandler(end -> throwAwayRest(ctx.vertx(), request));
    if (ctx.get(MALFORMED) != null) {
      throw new Failure.Malformed("bad-request");
    }
    ctx.next();
  }

  /** Whether all escapes of path and query are two hexadecimal digits. */
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
   * Whether two servers could take this request for different numbers of requests (RFC 9112, 6.1):
   * an encoding that the decoder does not know it takes for none.
   */
  private static boolean hasUnclearEnd(HttpServerRequest request) {
    List<String> encodings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    return !encodings.isEmpty()
        && !(encodings.size() == 1 && encodings.get(0).strip().equalsIgnoreCase("chunked"));
  }

  private static void refuseAndClose(RoutingContext ctx) {
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

  private static void throwAwayRest(Vertx vertx, HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    if (request.isExpectMultipart()) {
      request.setExpectMultipart(false);
    }
    request.exceptionHandler(gone -> {});
    request.endHandler(end -> {});
    request.handler(
        chunk -> {
          if (request.bytesRead() > MOST_TO_THROW_AWAY) {
            request.connection().close();
          }
        });
    request.resume();
    // What is here already is handed on first. If it has ended then, what follows is of the next
    // request, which a client may have sent before it had this answer.
    vertx.runOnContext(
        handedOn -> {
          if (!request.isEnded()) {
            RestOfBody.of(request, MOST_TO_THROW_AWAY);
          }
        });
  }
}
