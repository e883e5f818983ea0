package dev.marque.account;

import dev.marque.web.Accepted;
import dev.marque.web.FieldError;
import dev.marque.web.FieldErrors;
import dev.marque.web.JsonAnswer;
import dev.marque.web.JsonBody;
import dev.marque.web.Keys;
import dev.marque.web.QueryParameters;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/**
 * {@code /api/v1/tokens}: the signed-in person's personal tokens. Requires a sign-in; a personal
 * token is not enough.
 */
final class PersonalTokenApi {

  private static final String PATH = "/api/v1/tokens";
  private static final String DAYS = "expires_in_days";

  private final PersonalTokens tokens;
  private final SignedIn signedIn;

  PersonalTokenApi(PersonalTokens tokens, SignedIn signedIn) {
    this.tokens = tokens;
    this.signedIn = signedIn;
  }

  void mount(Router router) {
    router.get(PATH).handler(signedIn.sessionApi()).handler(this::list);
    router.post(PATH).handler(signedIn.sessionApi()).handler(this::create);
    router.delete(PATH + "/:id").handler(signedIn.sessionApi()).handler(this::revoke);
  }

  private void list(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    Accepted.best(ctx, List.of(JsonAnswer.MEDIA_TYPE));
    tokens
        .of(SignedIn.of(ctx).id())
        .onSuccess(
            found -> {
              JsonArray items = new JsonArray();
              found.forEach(token -> items.add(token.toJson()));
              JsonAnswer.send(ctx, 200, new JsonObject().put("items", items).put("next", null));
            })
        .onFailure(ctx::fail);
  }

  private void create(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    Accepted.best(ctx, List.of(JsonAnswer.MEDIA_TYPE));
    FieldErrors errors = new FieldErrors();
    JsonObject body = JsonBody.read(ctx, Set.of("name", DAYS), errors);
    String name = JsonBody.text(body, "name", errors);
    int days = days(body, errors);
    errors.check(() -> PersonalTokens.check(name, days));
    errors.requireNone();
    tokens
        .create(SignedIn.of(ctx), name, days, Client.of(ctx))
        .onSuccess(
            created ->
                JsonAnswer.send(ctx, 201, created.token().toJson().put("token", created.secret())))
        .onFailure(ctx::fail);
  }

  private void revoke(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    tokens
        .revoke(SignedIn.of(ctx), Keys.of(ctx.pathParam("id")), Client.of(ctx))
        .onSuccess(done -> ctx.response().setStatusCode(204).end())
        .onFailure(ctx::fail);
  }

  /** Reads an integer in any notation: in JSON Schema, {@code 90.0} is one, too. */
  private static int days(JsonObject body, FieldErrors errors) {
    Object value = body.getValue(DAYS);
    if (value instanceof Number days && days.doubleValue() == days.intValue()) {
      return days.intValue();
    }
    errors.add(
        value == null
            ? FieldError.of(DAYS, "field.required")
            : FieldError.of(DAYS, "field.token.days", PersonalTokens.MAX_DAYS));
    return 0;
  }
}
