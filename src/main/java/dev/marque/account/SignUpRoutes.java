package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sign-up in a browser, and the setup page for the first administrator. */
final class SignUpRoutes {

  private static final String SIGN_UP = "account/signup";
  private static final String SET_UP = "account/setup";

  private final Registration registration;
  private final SetupLinks setupLinks;
  private final SignIn signIn;
  private final boolean enabled;
  private final FormPage form;
  private final SignInRoutes signInRoutes;

  SignUpRoutes(
      Registration registration,
      SetupLinks setupLinks,
      SignIn signIn,
      boolean enabled,
      FormPage form,
      SignInRoutes signInRoutes) {
    this.registration = registration;
    this.setupLinks = setupLinks;
    this.signIn = signIn;
    this.enabled = enabled;
    this.form = form;
    this.signInRoutes = signInRoutes;
  }

  void mount(Router router) {
    router.get("/signup").handler(this::requireEnabled).handler(this::showSignUp);
    router.post("/signup").handler(this::requireEnabled).handler(this::signUp);
    router.get("/setup").handler(this::showSetUp);
    router.post("/setup").handler(this::setUp);
  }

  private void requireEnabled(RoutingContext ctx) {
    if (enabled) {
      ctx.next();
    } else {
      ctx.fail(new Failure.Forbidden("signup-disabled"));
    }
  }

  private void showSignUp(RoutingContext ctx) {
    String next = Destination.of(ctx.request().getParam("next"));
    Profile empty = new Profile("", "", "", "");
    form.show(ctx, SIGN_UP, model(empty, next, null), null).onFailure(ctx::fail);
  }

  private void signUp(RoutingContext ctx) {
    Profile profile = profile(ctx);
    String next = Destination.afterForm(ctx);
    registration
        .signUp(profile, FormPage.secret(ctx, "password"), Client.of(ctx))
        .onSuccess(account -> welcome(ctx, account, next))
        .onFailure(problem -> form.showAgain(ctx, SIGN_UP, model(profile, next, null), problem));
  }

  private void showSetUp(RoutingContext ctx) {
    String token = String.valueOf(ctx.request().getParam("token"));
    Profile empty = new Profile("", "", "", "");
    setupLinks
        .check(token)
        .compose(valid -> form.show(ctx, SET_UP, model(empty, Destination.HOME, token), null))
        .onFailure(ctx::fail);
  }

  private void setUp(RoutingContext ctx) {
    Profile profile = profile(ctx);
    String token = FormPage.field(ctx, "token");
    registration
        .setUp(profile, FormPage.secret(ctx, "password"), token, Client.of(ctx))
        .onSuccess(account -> welcome(ctx, account, Destination.HOME))
        .onFailure(
            problem ->
                form.showAgain(ctx, SET_UP, model(profile, Destination.HOME, token), problem));
  }

  private void welcome(RoutingContext ctx, Account account, String next) {
    signIn
        .begin(account, false, Client.of(ctx))
        .compose(SignInRoutes::orRefuse)
        .compose(grant -> signInRoutes.endPrevious(ctx).map(grant))
        .onSuccess(grant -> signInRoutes.proceed(ctx, grant, next))
        .onFailure(ctx::fail);
  }

  private static Profile profile(RoutingContext ctx) {
    return new Profile(
        FormPage.field(ctx, "username"),
        FormPage.field(ctx, "email"),
        FormPage.field(ctx, "first_name"),
        FormPage.field(ctx, "last_name"));
  }

  private static Map<String, Object> model(Profile profile, String next, @Nullable String token) {
    Map<String, Object> model = new HashMap<>();
    model.put("form", profile.toForm());
    model.put("next", next.equals(Destination.HOME) ? null : next);
    model.put("token", token);
    return model;
  }
}
