package dev.marque.web;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the bodies of ordinary forms and JSON calls, which are small. Paths that take photos read
 * their bodies themselves, by {@link Uploads}, once they know who sends them.
 */
public final class Bodies {

  private static final long MOST_BYTES = 64 << 10;
  private static final String PARTS = "multipart/form-data";
  private static final Set<HttpMethod> WITH_FORM =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

  private final BodyHandler reader = BodyHandler.create(false).setBodyLimit(MOST_BYTES);
  private final Set<String> uploadPaths;
  private final Duration patience;

  /**
   * @param uploadPaths whose {@code POST} is left alone
   * @param patience how long a body may take to arrive
   */
  public Bodies(Set<String> uploadPaths, Duration patience) {
    this.uploadPaths = Set.copyOf(uploadPaths);
    this.patience = patience;
  }

  public void mount(Router router) {
    AllowedMethods allowed = new AllowedMethods(router);
    router.route().handler(ctx -> handle(ctx, allowed));
  }

  private void handle(RoutingContext ctx, AllowedMethods allowed) {
    String declared = ctx.request().getHeader("Content-Type");
    String type = declared == null ? "" : declared.toLowerCase(Locale.ROOT);
    if ((declared != null || hasBody(ctx)) && !allowed.takes(ctx)) {
      // A wrong path or method is the fault to tell, whatever the body is like: nobody reads it.
      ctx.next();
      return;
    }
    requireNoStrayForm(ctx, type);
    boolean upload =
        HttpMethod.POST.equals(ctx.request().method())
            && uploadPaths.contains(withoutTrailingSlash(ctx.normalizedPath()));
    if (upload || type.startsWith(PARTS)) {
      // Nothing but photos comes in parts: Vert.x closes the connection on some of their headers.
      ctx.next();
      return;
    }
    if (hasBody(ctx)) {
      // A request without one may still not be told to have ended while its answer is made.
      SlowClients.awaitBody(ctx, patience);
    }
    reader.handle(ctx);
  }

  /** Routes match with and without one. */
  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** A form in a GET, without a boundary or in no charset is nonsense: Vert.x answers it 500. */
  private static void requireNoStrayForm(RoutingContext ctx, String type) {
    boolean multipart = type.startsWith(PARTS);
    boolean form = multipart || type.startsWith("application/x-www-form-urlencoded");
    if (form && !WITH_FORM.contains(ctx.request().method()) && hasBody(ctx)) {
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
