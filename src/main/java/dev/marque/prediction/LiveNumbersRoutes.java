package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Pages;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The administrators' page for {@link LiveNumbers}. It refreshes itself for ten minutes, since an
 * open page must not keep a session alive forever.
 */
final class LiveNumbersRoutes {

  private static final String PATH = "/admin/numbers";
  private static final int MAX_REFRESHES = 120;

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
    int left = refreshesLeft(ctx.request().getParam("left"));
    pages
        .render(ctx, "admin/numbers", Map.of("numbers", numbers.numbers(), "left", left))
        .onFailure(ctx::fail);
  }

  private static int refreshesLeft(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,3}")
        ? Math.min(MAX_REFRESHES, Integer.parseInt(text))
        : MAX_REFRESHES;
  }
}
