package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * Answers requests that no route matches: 404 for an unknown path, 405 with {@code Allow} for an
 * unsupported method, 204 with {@code Allow} for {@code OPTIONS}. A browser that opens the address
 * of a form, which it shows after an error, is redirected to the page of the form.
 */
final class UnmatchedPaths implements Handler<RoutingContext> {

  private final AllowedMethods methods;
  private final Pages pages;

  UnmatchedPaths(AllowedMethods methods, Pages pages) {
    this.methods = methods;
    this.pages = pages;
  }

  @Override
  public void handle(RoutingContext ctx) {
    List<String> allowed = methods.of(ctx.normalizedPath());
    if (allowed.isEmpty()) {
      ctx.fail(new Failure.NotFound("not-found"));
    } else if (HttpMethod.OPTIONS.equals(ctx.request().method())) {
      ctx.response().setStatusCode(204).putHeader("Allow", String.join(", ", allowed)).end();
    } else {
      formPage(ctx, allowed)
          .ifPresentOrElse(
              page -> Redirects.to(ctx, pages.urls(ctx).to(page)),
              () -> ctx.fail(new Failure.MethodNotAllowed(allowed)));
    }
  }

  private Optional<String> formPage(RoutingContext ctx, List<String> allowed) {
    boolean opensForm =
        HttpMethod.GET.equals(ctx.request().method())
            && allowed.contains("POST")
            && !Failures.wantsJson(ctx);
    return opensForm ? closestPage(ctx.normalizedPath()) : Optional.empty();
  }

  /** Returns the closest path above this one that can be opened, other than the start page. */
  private Optional<String> closestPage(String path) {
    String above = path;
    int end = above.lastIndexOf('/');
    while (end > 0) {
      above = above.substring(0, end);
      if (methods.of(above).contains("GET")) {
        return Optional.of(above);
      }
      end = above.lastIndexOf('/');
    }
    return Optional.empty();
  }
}
