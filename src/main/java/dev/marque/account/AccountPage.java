package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renders the account page, on which several forms share one template. */
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
   * @param notice the message key of a confirmation, or null
   * @param more further values for the template
   */
  void show(RoutingContext ctx, @Nullable String notice, Map<String, Object> more) {
    model(ctx, null)
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
   * @param section the form that failed
   * @param entered what was submitted, as values for the template
   */
  void showAgain(
      RoutingContext ctx, String section, Map<String, Object> entered, Throwable problem) {
    Throwable shown = WrongPassword.in("current_password", problem);
    model(ctx, section)
        .onSuccess(
            model -> {
              model.putAll(entered);
              form.showAgain(ctx, TEMPLATE, model, shown);
            })
        .onFailure(ctx::fail);
  }

  private Future<Map<String, Object>> model(RoutingContext ctx, @Nullable String section) {
    User user = SignedIn.of(ctx);
    Future<Account> account = own.of(user);
    Future<List<Session>> activeSessions = sessions.latest(user.id(), user.session());
    Future<List<PersonalToken>> personalTokens = tokens.of(user.id());
    Future<Boolean> external = identities.isExternal(user.id());
    return Future.all(account, activeSessions, personalTokens, external)
        .map(
            all -> {
              Map<String, Object> model = new HashMap<>();
              model.put("account", account.result());
              model.put("sessions", activeSessions.result());
              model.put("tokens", personalTokens.result());
              model.put("external", external.result());
              model.put("section", section);
              model.put("form", OwnAccount.profile(account.result()).toForm());
              return model;
            });
  }
}
