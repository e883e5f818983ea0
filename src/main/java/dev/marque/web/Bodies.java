package dev.marque.web;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the bodies of ordinary forms and JSON calls, which are small. Routes that accept photos
 * read their bodies themselves, with {@link Uploads}, after they have authenticated the client.
 */
public final class Bodies {

  private static final long MAX_BYTES = 64 << 10;
  private static final String MULTIPART = "multipart/form-data";
  private static final Set<HttpMethod> METHODS_WITH_FORM =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  private final BodyHandler reader = BodyHandler.create(false).setBodyLimit(MAX_BYTES);
  private final Set<String> uploadPaths;
  private final Duration timeout;

  /**
   * @param uploadPaths paths whose {@code POST} bodies are not read here
   * @param timeout maximum time for a body to arrive
   */
  public Bodies(Set<String> uploadPaths, Duration timeout) {
    this.uploadPaths = Set.copyOf(uploadPaths);
    this.timeout = timeout;
  }

  public void mount(Router router) {
    AllowedMethods allowed = new AllowedMethods(router);
    router.route().handler(ctx -> handle(ctx, allowed));
  }

  private void handle(RoutingContext ctx, AllowedMethods allowed) {
    String declared = ctx.request().getHeader("Content-Type");
    String type = declared == null ? "" : declared.toLowerCase(Locale.ROOT);
    if ((declared != null || hasBody(ctx)) && !allowed.accepts(ctx)) {
      // The wrong path or method is the error to report, regardless of a body that is never read.
      ctx.next();
      return;
    }
    requireValidForm(ctx, type);
    boolean upload =
        HttpMethod.POST.equals(ctx.request().method())
            && uploadPaths.contains(withoutTrailingSlash(ctx.normalizedPath()));
    if (upload || type.startsWith(MULTIPART)) {
      // Only photos are sent as multipart; Vert.x closes the connection on some part headers.
      ctx.next();
      return;
    }
    if (hasBody(ctx)) {
      // Only with a body: a request without one might not be marked as ended yet.
      SlowClients.awaitBody(ctx, timeout);
    }
    reader.handle(ctx);
  }

  /** Routes match with and without a trailing slash. */
  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Rejects a form in a GET, without a boundary or in an unknown charset: Vert.x answers 500. */
  private static void requireValidForm(RoutingContext ctx, String type) {
    boolean multipart = type.startsWith(MULTIPART);
    boolean form = multipart || type.startsWith("application/x-www-form-urlencoded");
    if (form && !METHODS_WITH_FORM.contains(ctx.request().method()) && hasBody(ctx)) {
      throw new Failure.Malformed("bad-request");
    }
    if (multipart) {
      FormType.of(type);
    }
  }

  private static boolean hasBody(RoutingContext ctx) {
    String length = ctx.request().getHeader("Content-Length");
    return ctx.request().headers().contains("Transfer-Encoding")
        || (length != null && !length.equals("0"));
  }
}
