package dev.marque.account;

import dev.marque.web.Keys;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;

/** The account page: names, password, sessions, export, deletion. */
final class AccountRoutes {

  private static final Set<String> NOTICES =
      Set.of("profile", "password", "session", "sessions", "token");

  private final OwnAccount own;
  private final DataExport export;
  private final SessionCookies cookies;
  private final SignedIn signedIn;
  private final Pages pages;
  private final AccountPage page;

  AccountRoutes(
      OwnAccount own,
      DataExport export,
      SessionCookies cookies,
      SignedIn signedIn,
      Pages pages,
      AccountPage page) {
    this.own = own;
    this.export = export;
    this.cookies = cookies;
    this.signedIn = signedIn;
    this.pages = pages;
    this.page = page;
  }

  void mount(Router router) {
    router.get("/account").handler(signedIn.page()).handler(this::show);
    router.post("/account").handler(signedIn.page()).handler(this::changeProfile);
    router.post("/account/password").handler(signedIn.page()).handler(this::changePassword);
    router.post("/account/sessions/end").handler(signedIn.page()).handler(this::endSession);
    router.get("/account/export").handler(signedIn.page()).handler(this::export);
    router.post("/account/delete").handler(signedIn.page()).handler(this::delete);
  }

  private void show(RoutingContext ctx) {
    String done = ctx.request().getParam("done");
    page.show(
        ctx, done != null && NOTICES.contains(done) ? "account.done." + done : null, Map.of());
  }

  private void changeProfile(RoutingContext ctx) {
    User user = SignedIn.of(ctx);
    Profile profile =
        new Profile(
            user.username(),
            FormPage.field(ctx, "email"),
            FormPage.field(ctx, "first_name"),
            FormPage.field(ctx, "last_name"));
    own.changeProfile(user, profile, FormPage.secret(ctx, "current_password"), Client.of(ctx))
        .onSuccess(done -> back(ctx, "profile"))
        .onFailure(
            problem -> page.showAgain(ctx, "profile", Map.of("form", profile.toForm()), problem));
  }

  private void changePassword(RoutingContext ctx) {
    User user = SignedIn.of(ctx);
    own.changePassword(
            user,
            FormPage.secret(ctx, "current_password"),
            FormPage.secret(ctx, "password"),
            Client.of(ctx))
        .onSuccess(
            grant -> {
              // The change invalidated the tokens that the browser has.
              grant.ifPresent(given -> cookies.set(ctx, given));
              back(ctx, "password");
            })
        .onFailure(problem -> page.showAgain(ctx, "password", Map.of(), problem));
  }

  private void endSession(RoutingContext ctx) {
    User user = SignedIn.of(ctx);
    String which = FormPage.field(ctx, "session");
    boolean others = which.equals("others");
    Future<Void> ended =
        others
            ? own.endOtherSessions(user, Client.of(ctx))
            : own.endSession(user, Keys.of(which), Client.of(ctx));
    ended.onSuccess(done -> back(ctx, others ? "sessions" : "session")).onFailure(ctx::fail);
  }

  private void export(RoutingContext ctx) {
    ctx.response()
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/zip")
        .putHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"marque-data.zip\"")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    export
        .send(SignedIn.of(ctx), Client.of(ctx), new ZipStream(ctx.response()))
        .onFailure(ctx::fail);
  }

  private void delete(RoutingContext ctx) {
    own.delete(SignedIn.of(ctx), FormPage.secret(ctx, "current_password"), Client.of(ctx))
        .onSuccess(
            done -> {
              cookies.clear(ctx);
              ctx.response().putHeader("Clear-Site-Data", "\"cache\"");
              Redirects.to(ctx, pages.urls(ctx).to("/", "done", "deleted"));
            })
        .onFailure(problem -> page.showAgain(ctx, "delete", Map.of(), problem));
  }

  private void back(RoutingContext ctx, String done) {
    Redirects.to(ctx, pages.urls(ctx).to("/account", "done", done));
  }
}
