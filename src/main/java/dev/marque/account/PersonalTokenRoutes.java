package dev.marque.account;

import dev.marque.web.Keys;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** The account page's forms for personal tokens. */
final class PersonalTokenRoutes {

  private static final String SECTION = "tokens";

  private final PersonalTokens tokens;
  private final AccountPage page;
  private final SignedIn signedIn;
  private final Pages pages;

  PersonalTokenRoutes(PersonalTokens tokens, AccountPage page, SignedIn signedIn, Pages pages) {
    this.tokens = tokens;
    this.page = page;
    this.signedIn = signedIn;
    this.pages = pages;
  }

  void mount(Router router) {
    router.post("/account/tokens").handler(signedIn.page()).handler(this::create);
    router.post("/account/tokens/revoke").handler(signedIn.page()).handler(this::revoke);
  }

  /** Responds with the page itself: the secret is never stored, so a redirect could not show it. */
  private void create(RoutingContext ctx) {
    String name = FormPage.field(ctx, "name");
    String lifetime = FormPage.field(ctx, "expires_in_days");
    int days = lifetime.matches("[0-9]{1,3}") ? Integer.parseInt(lifetime) : 0;
    Map<String, Object> entered = Map.of("tokenName", name, "tokenDays", days);
    tokens
        .create(SignedIn.of(ctx), name, days, Client.of(ctx))
        .onSuccess(created -> page.show(ctx, null, Map.of("newToken", created.secret())))
        .onFailure(problem -> page.showAgain(ctx, SECTION, entered, problem));
  }

  private void revoke(RoutingContext ctx) {
    tokens
        .revoke(SignedIn.of(ctx), Keys.of(FormPage.field(ctx, "token")), Client.of(ctx))
        .onSuccess(done -> Redirects.to(ctx, pages.urls(ctx).to("/account", "done", "token")))
        .onFailure(ctx::fail);
  }
}
