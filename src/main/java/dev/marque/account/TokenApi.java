package dev.marque.account;

import dev.marque.web.JsonAnswer;
import dev.marque.web.QueryParameters;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * {@code POST /api/v1/token}: exchanges a user name and password, or a refresh token, for tokens
 * (RFC 6749, sections 4.3 and 6). Errors have the format of that standard, because its clients
 * expect it; errors that it does not define, for example too many attempts, are problem documents
 * as everywhere else.
 */
final class TokenApi {

  private static final String FORM = "application/x-www-form-urlencoded";

  private final SignIn signIn;
  private final Sessions sessions;

  TokenApi(SignIn signIn, Sessions sessions) {
    this.signIn = signIn;
    this.sessions = sessions;
  }

  void mount(Router router) {
    router.post("/api/v1/token").handler(this::token);
  }

  private void token(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
      refuse(ctx, 400, "invalid_request", "The body must be " + FORM + ".");
      return;
    }
    MultiMap form = ctx.request().formAttributes();
    Optional<String> repeated =
        form.names().stream().filter(name -> form.getAll(name).size() > 1).findFirst();
    if (repeated.isPresent()) {
      refuse(ctx, 400, "invalid_request", "A parameter is repeated.");
      return;
    }
    String grantType = parameter(form, "grant_type");
    if (grantType.isEmpty()) {
      refuse(ctx, 400, "invalid_request", "grant_type is missing.");
    } else if (grantType.equals("password")) {
      byPassword(ctx, form);
    } else if (grantType.equals("refresh_token")) {
      byRefreshToken(ctx, form);
    } else {
      refuse(
          ctx,
          400,
          "unsupported_grant_type",
          "grant_type must be one of " + List.of("password", "refresh_token") + ".");
    }
  }

  private void byPassword(RoutingContext ctx, MultiMap form) {
    String username = parameter(form, "username");
    String password = parameter(form, "password");
    if (username.isEmpty() || password.isEmpty()) {
      refuse(ctx, 400, "invalid_request", "username and password are required.");
      return;
    }
    answer(ctx, signIn.signIn(username, password, false, Client.of(ctx)));
  }

  private void byRefreshToken(RoutingContext ctx, MultiMap form) {
    String refreshToken = parameter(form, "refresh_token");
    if (refreshToken.isEmpty()) {
      refuse(ctx, 400, "invalid_request", "refresh_token is missing.");
      return;
    }
    answer(ctx, sessions.refresh(refreshToken, Client.of(ctx)));
  }

  /**
   * Returns a parameter; empty if missing, since a parameter without a value counts as omitted (RFC
   * 6749, section 3.2).
   */
  private static String parameter(MultiMap form, String name) {
    String value = form.get(name);
    return value == null ? "" : value;
  }

  private static void answer(RoutingContext ctx, Future<Optional<Grant>> result) {
    result
        .onSuccess(
            grant ->
                grant.ifPresentOrElse(
                    given -> send(ctx, 200, body(given)),
                    () ->
                        refuse(
                            ctx,
                            400,
                            "invalid_grant",
                            "These credentials are wrong or no longer valid.")))
        .onFailure(ctx::fail);
  }

  private static JsonObject body(Grant grant) {
    return new JsonObject()
        .put("access_token", grant.accessToken())
        .put("token_type", "Bearer")
        .put("expires_in", Tokens.LIFETIME.toSeconds())
        .put("refresh_token", grant.refreshToken());
  }

  private static void refuse(RoutingContext ctx, int status, String error, String description) {
    send(ctx, status, new JsonObject().put("error", error).put("error_description", description));
  }

  private static void send(RoutingContext ctx, int status, JsonObject body) {
    ctx.response().putHeader("Pragma", "no-cache");
    JsonAnswer.send(ctx, status, body);
  }
}
