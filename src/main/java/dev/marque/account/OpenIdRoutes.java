package dev.marque.account;

import dev.marque.platform.Settings;
import dev.marque.web.Failure;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.net.URI;
import java.util.Optional;

/** Signing in and out at an OpenID Connect provider. */
final class OpenIdRoutes {

  static final String START = "/login/oidc";
  static final String CALLBACK = "/login/oidc/callback";
  static final String SIGN_OUT = "/logout/oidc";

  private final OpenIdProvider provider;
  private final Settings.Sso.Oidc settings;
  private final URI publicUrl;
  private final Pool pool;
  private final Accounts accounts;
  private final Identities identities;
  private final SignIn signIn;
  private final Sessions sessions;
  private final SessionCookies cookies;
  private final Audit audit;
  private final Pages pages;
  private final SignInRoutes form;

  OpenIdRoutes(
      OpenIdProvider provider,
      Settings settings,
      Pool pool,
      Accounts accounts,
      Identities identities,
      SignIn signIn,
      Sessions sessions,
      SessionCookies cookies,
      Audit audit,
      Pages pages,
      SignInRoutes form) {
    this.provider = provider;
    this.settings = settings.sso().oidc();
    this.publicUrl = settings.publicUrl().orElseThrow();
    this.pool = pool;
    this.accounts = accounts;
    this.identities = identities;
    this.signIn = signIn;
    this.sessions = sessions;
    this.cookies = cookies;
    this.audit = audit;
    this.pages = pages;
    this.form = form;
  }

  void mount(Router router) {
    router.get(START).handler(this::start);
    router.get(CALLBACK).handler(this::finish);
    router.get(SIGN_OUT).handler(this::signOut);
  }

  private void start(RoutingContext ctx) {
    // The way back has no query of ours: what a framed page carries goes into the destination.
    String next = Destination.of(ctx.request().getParam("next"));
    OpenIdAttempt attempt = OpenIdAttempt.to(pages.urls(ctx).carry(next));
    provider
        .signInUrl(attempt)
        .onSuccess(
            url -> {
              cookies.setAttempt(ctx, attempt.encode());
              Redirects.to(ctx, url);
            })
        .onFailure(problem -> form.showAgain(ctx, next, problem));
  }

  private void finish(RoutingContext ctx) {
    Optional<OpenIdAttempt> begun = cookies.attempt(ctx).flatMap(OpenIdAttempt::decode);
    cookies.clearAttempt(ctx);
    String state = ctx.request().getParam("state");
    if (begun.isEmpty() || !begun.get().state().equals(state)) {
      form.showAgain(ctx, Destination.HOME, new Failure.NotSignedIn("sso-again"));
      return;
    }
    OpenIdAttempt attempt = begun.get();
    String code = ctx.request().getParam("code");
    if (code == null || code.isEmpty()) {
      form.showAgain(ctx, attempt.next(), new Failure.NotSignedIn("sso-refused"));
      return;
    }
    provider
        .claims(code, attempt)
        .compose(claims -> account(OpenIdPerson.of(claims, settings), Client.of(ctx)))
        .compose(account -> signIn.begin(account, false, Client.of(ctx)))
        .compose(OpenIdRoutes::orRefuse)
        .compose(grant -> form.endPrevious(ctx).map(grant))
        .onSuccess(
            grant -> {
              cookies.set(ctx, grant);
              Redirects.to(ctx, pages.urls(ctx).file(attempt.next()));
            })
        .onFailure(problem -> form.showAgain(ctx, attempt.next(), problem));
  }

  private Future<Account> account(OpenIdPerson person, Client client) {
    return identities
        .find(provider.issuer(), person.subject())
        .compose(
            known ->
                known.isPresent()
                    ? withRole(known.get(), person.role(), client)
                    : identities.add(
                        provider.issuer(),
                        person.subject(),
                        person.profile(),
                        person.role().orElse(Role.USER),
                        client));
  }

  /** Where the provider decides on the role, what it says counts at each sign-in. */
  private Future<Account> withRole(Account account, Optional<Role> role, Client client) {
    if (role.isEmpty() || role.get() == account.role()) {
      return Future.succeededFuture(account);
    }
    return pool.withTransaction(
            sql ->
                accounts
                    .changeRole(sql, account.id(), role.get())
                    .compose(
                        changed ->
                            audit
                                .record(
                                    sql,
                                    AuditEvent.ROLE_CHANGED,
                                    changed,
                                    client,
                                    changed.role().code())
                                .map(changed)))
        .onSuccess(changed -> sessions.changed(changed.id()));
  }

  private static Future<Grant> orRefuse(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.NotSignedIn("sso-disabled")));
  }

  /** A link, not a form: the content policy lets no form lead to another site. */
  private void signOut(RoutingContext ctx) {
    provider
        .signOutUrl(publicUrl + "/")
        .onSuccess(url -> Redirects.to(ctx, url.orElseGet(() -> pages.urls(ctx).to("/"))))
        .onFailure(problem -> form.showAgain(ctx, Destination.HOME, problem));
  }
}
