package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.PageUrls;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Sign-in and sign-out in a browser. */
final class SignInRoutes {

  private static final String TEMPLATE = "account/login";

  private final Pool pool;
  private final SignIn signIn;
  private final Sessions sessions;
  private final SessionCookies cookies;
  private final Audit audit;
  private final Pages pages;
  private final FormPage form;
  private final Optional<OpenIdProvider> provider;

  SignInRoutes(
      Pool pool,
      SignIn signIn,
      Sessions sessions,
      SessionCookies cookies,
      Audit audit,
      Pages pages,
      FormPage form,
      Optional<OpenIdProvider> provider) {
    this.pool = pool;
    this.signIn = signIn;
    this.sessions = sessions;
    this.cookies = cookies;
    this.audit = audit;
    this.pages = pages;
    this.form = form;
    this.provider = provider;
  }

  void mount(Router router) {
    router.get("/login").handler(this::show);
    router.post("/login").handler(this::signIn);
    router.post("/logout").handler(this::signOut);
  }

  private void show(RoutingContext ctx) {
    String next = Destination.of(ctx.request().getParam("next"));
    if (SignedIn.find(ctx).isPresent()) {
      Redirects.to(ctx, pages.urls(ctx).to(next));
    } else {
      boolean out = ctx.request().getParam("out") != null;
      Map<String, Object> model = model("", false, next);
      model.put("signedOut", out);
      model.put("ended", ctx.request().getParam("ended") != null);
      model.put("lost", ctx.request().getParam("signed_in") != null);
      form.show(ctx, TEMPLATE, model, null).onFailure(ctx::fail);
    }
  }

  /** Shows the page again after a failure at the provider. */
  void showAgain(RoutingContext ctx, String next, Throwable problem) {
    form.showAgain(ctx, TEMPLATE, model("", false, next), problem);
  }

  private void signIn(RoutingContext ctx) {
    String username = FormPage.field(ctx, "username");
    String password = FormPage.secret(ctx, "password");
    boolean remember = "true".equals(FormPage.field(ctx, "remember"));
    String next = Destination.afterForm(ctx);
    signIn
        .signIn(username, password, remember, Client.of(ctx))
        .compose(SignInRoutes::orRefuse)
        .compose(grant -> endPrevious(ctx).map(grant))
        .onSuccess(grant -> proceed(ctx, grant, next))
        .onFailure(
            problem -> form.showAgain(ctx, TEMPLATE, model(username, remember, next), problem));
  }

  /**
   * Sets the cookies and leads to the next page. Browsers that know no partitioned cookies drop
   * those of a frame: there the way leads through the sign-in page, which then explains that.
   */
  void proceed(RoutingContext ctx, Grant grant, String next) {
    cookies.set(ctx, grant);
    PageUrls urls = pages.urls(ctx);
    Redirects.to(
        ctx, Pages.isFramed(ctx) ? urls.to("/login?signed_in=1", "next", next) : urls.to(next));
  }

  static Future<Grant> orRefuse(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.NotSignedIn("sign-in-refused")));
  }

  /** Ends the session that the browser's cookies are about to drop. */
  Future<Void> endPrevious(RoutingContext ctx) {
    return SignedIn.find(ctx)
        .map(
            user ->
                sessions
                    .end(pool, user.id(), user.session())
                    .onSuccess(ended -> sessions.invalidate(user.id()))
                    .<Void>mapEmpty())
        .orElseGet(Future::succeededFuture);
  }

  private void signOut(RoutingContext ctx) {
    endPrevious(ctx)
        .compose(
            ended ->
                SignedIn.find(ctx)
                    .map(
                        user ->
                            audit.record(pool, AuditEvent.SIGNED_OUT, user, user, Client.of(ctx)))
                    .orElseGet(Future::succeededFuture))
        .onSuccess(
            done -> {
              cookies.clear(ctx);
              // The browser's cached pages end with the session.
              ctx.response().putHeader("Clear-Site-Data", "\"cache\"");
              // Say that the session at the provider continues.
              String to = provider.isPresent() ? "/login?out=1" : "/";
              Redirects.to(ctx, pages.urls(ctx).to(to));
            })
        .onFailure(ctx::fail);
  }

  private Map<String, Object> model(String username, boolean remember, String next) {
    Map<String, Object> model = new HashMap<>();
    model.put("form", Map.of("username", username));
    model.put("remember", remember);
    model.put("provider", provider.map(OpenIdProvider::name).orElse(null));
    model.put("next", next.equals(Destination.HOME) ? null : next);
    return model;
  }
}
