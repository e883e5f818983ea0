package dev.marque.account;

import dev.marque.platform.Settings;
import dev.marque.web.Failure;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Optional;

/** Sign-in and sign-out at an OpenID Connect provider. */
final class OpenIdRoutes {

  static final String START = "/login/oidc";
  static final String CALLBACK = "/login/oidc/callback";
  static final String SIGN_OUT = "/logout/oidc";

  private final OpenIdProvider provider;
  private final Settings.Sso.Oidc settings;
  private final URI publicUrl;
  private final OpenIdAccounts accounts;
  private final SignIn signIn;
  private final SessionCookies cookies;
  private final Pages pages;
  private final SignInRoutes signInRoutes;

  OpenIdRoutes(
      OpenIdProvider provider,
      Settings settings,
      OpenIdAccounts accounts,
      SignIn signIn,
      SessionCookies cookies,
      Pages pages,
      SignInRoutes signInRoutes) {
    this.provider = provider;
    this.settings = settings.sso().oidc();
    this.publicUrl = settings.publicUrl().orElseThrow();
    this.accounts = accounts;
    this.signIn = signIn;
    this.cookies = cookies;
    this.pages = pages;
    this.signInRoutes = signInRoutes;
  }

  void mount(Router router) {
    router.get(START).handler(this::start);
    router.get(CALLBACK).handler(this::finish);
    router.get(SIGN_OUT).handler(this::signOut);
  }

  private void start(RoutingContext ctx) {
    // The callback has no query of ours: the parameters of a framed page go into the destination.
    String next = Destination.of(ctx.request().getParam("next"));
    OpenIdAttempt attempt = OpenIdAttempt.to(pages.urls(ctx).carry(next));
    provider
        .signInUrl(attempt)
        .onSuccess(
            url -> {
              cookies.setAttempt(ctx, attempt.encode());
              Redirects.to(ctx, url);
            })
        .onFailure(problem -> signInRoutes.showAgain(ctx, next, problem));
  }

  private void finish(RoutingContext ctx) {
    Optional<OpenIdAttempt> started = cookies.attempt(ctx).flatMap(OpenIdAttempt::decode);
    cookies.clearAttempt(ctx);
    String state = ctx.request().getParam("state");
    if (started.isEmpty() || !started.get().state().equals(state)) {
      signInRoutes.showAgain(ctx, Destination.HOME, new Failure.NotSignedIn("sso-again"));
      return;
    }
    OpenIdAttempt attempt = started.get();
    String code = ctx.request().getParam("code");
    if (code == null || code.isEmpty()) {
      signInRoutes.showAgain(ctx, attempt.next(), new Failure.NotSignedIn("sso-refused"));
      return;
    }
    provider
        .claims(code, attempt)
        .map(claims -> OpenIdPerson.of(claims, settings))
        .compose(person -> accounts.of(provider.issuer(), person, Client.of(ctx)))
        .compose(account -> signIn.beginExternally(account, Client.of(ctx)))
        .compose(OpenIdRoutes::orRefuse)
        .compose(grant -> signInRoutes.endPrevious(ctx).map(grant))
        .onSuccess(
            grant -> {
              cookies.set(ctx, grant);
              Redirects.to(ctx, pages.urls(ctx).file(attempt.next()));
            })
        .onFailure(problem -> signInRoutes.showAgain(ctx, attempt.next(), problem));
  }

  private static Future<Grant> orRefuse(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.NotSignedIn("sso-disabled")));
  }

  /**
   * A link rather than a form: the content security policy forbids forms that lead to another site.
   */
  private void signOut(RoutingContext ctx) {
    provider
        .signOutUrl(publicUrl + "/")
        .onSuccess(url -> Redirects.to(ctx, url.orElseGet(() -> pages.urls(ctx).to("/"))))
        .onFailure(problem -> signInRoutes.showAgain(ctx, Destination.HOME, problem));
  }
}
