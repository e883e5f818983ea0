package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Pages;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The administrators' page with {@link LiveNumbers}, which asks for the next ones by itself: for
 * ten minutes, since a page that is left open must not keep a session alive for ever.
 */
final class LiveNumbersRoutes {

  private static final String PATH = "/admin/numbers";
  private static final int TIMES = 120;

  private final SignedIn signedIn;
  private final Pages pages;
  private final LiveNumbers numbers;

  LiveNumbersRoutes(SignedIn signedIn, Pages pages, LiveNumbers numbers) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.numbers = numbers;
  }

  void mount(Router router) {
    router.get(PATH).handler(signedIn.admin()).handler(this::show);
  }

  private void show(RoutingContext ctx) {
    int left = left(ctx.request().getParam("left"));
    pages
        .render(ctx, "admin/numbers", Map.of("numbers", numbers.numbers(), "left", left))
        .onFailure(ctx::fail);
  }

  /** How many times the page will ask once more. */
  private static int left(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,3}")
        ? Math.min(TIMES, Integer.parseInt(text))
        : TIMES;
  }
}
