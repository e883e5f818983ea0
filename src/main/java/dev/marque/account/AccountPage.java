package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page on one's own account, as its several forms show it. */
final class AccountPage {

  private static final String TEMPLATE = "account/account";

  private final OwnAccount own;
  private final Identities identities;
  private final Sessions sessions;
  private final PersonalTokens tokens;
  private final FormPage form;

  AccountPage(
      OwnAccount own,
      Identities identities,
      Sessions sessions,
      PersonalTokens tokens,
      FormPage form) {
    this.own = own;
    this.identities = identities;
    this.sessions = sessions;
    this.tokens = tokens;
    this.form = form;
  }

  /**
   * Shows the page.
   *
   * @param notice the key of a word on what was just done, or null
   * @param more what only this showing has
   */
  void show(RoutingContext ctx, @Nullable String notice, Map<String, Object> more) {
    model(ctx, null, null)
        .compose(
            model -> {
              model.putAll(more);
              return form.show(ctx, TEMPLATE, model, notice);
            })
        .onFailure(ctx::fail);
  }

  /**
   * Shows the page again after one of its forms failed.
   *
   * @param entered what was entered as the profile, if that was the form
   * @param section which form it was
   */
  void showAgain(RoutingContext ctx, @Nullable Profile entered, String section, Throwable problem) {
    Throwable shown = WrongPassword.in("current_password", problem);
    model(ctx, entered, section)
        .onSuccess(model -> form.showAgain(ctx, TEMPLATE, model, shown))
        .onFailure(ctx::fail);
  }

  private Future<Map<String, Object>> model(
      RoutingContext ctx, @Nullable Profile entered, @Nullable String section) {
    User user = SignedIn.of(ctx);
    Future<Account> account = own.of(user);
    Future<List<Session>> visits = sessions.of(user.id(), user.session());
    Future<List<PersonalToken>> scripts = tokens.of(user.id());
    Future<Boolean> external = identities.isExternal(user.id());
    return Future.all(account, visits, scripts, external)
        .map(
            all -> {
              Map<String, Object> model = new HashMap<>();
              model.put("account", account.result());
              model.put("sessions", visits.result());
              model.put("tokens", scripts.result());
              model.put("external", external.result());
              model.put("section", section);
              Profile profile = entered == null ? OwnAccount.profile(account.result()) : entered;
              model.put("form", profile.toForm());
              return model;
            });
  }
}
