package dev.marque.account;

import dev.marque.web.Accepted;
import dev.marque.web.Failure;
import dev.marque.web.FieldErrors;
import dev.marque.web.JsonAnswer;
import dev.marque.web.JsonBody;
import dev.marque.web.QueryParameters;
import dev.marque.web.Slice;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The account API: a person's own account, and all accounts for administrators. */
final class UserApi {

  private static final String PATH = "/api/v1/users";
  private static final String ONE = PATH + "/:username";
  private static final Set<String> FIELDS =
      Set.of("username", "email", "first_name", "last_name", "password");
  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_LIMIT = 100;
  private static final int MAX_SEARCH_LENGTH = 100;
  private static final int MAX_CURSOR_LENGTH = 200;

  private final Pool pool;
  private final Accounts accounts;
  private final Registration registration;
  private final FieldRules rules;
  private final Administration administration;
  private final SignedIn signedIn;
  private final boolean signupEnabled;

  UserApi(
      Pool pool,
      Accounts accounts,
      Registration registration,
      FieldRules rules,
      Administration administration,
      SignedIn signedIn,
      boolean signupEnabled) {
    this.pool = pool;
    this.accounts = accounts;
    this.registration = registration;
    this.rules = rules;
    this.administration = administration;
    this.signedIn = signedIn;
    this.signupEnabled = signupEnabled;
  }

  void mount(Router router) {
    router.post(PATH).handler(UserApi::json).handler(this::create);
    router.get("/api/v1/me").handler(signedIn.api()).handler(UserApi::json).handler(this::me);
    router.get(PATH).handler(signedIn.adminApi()).handler(UserApi::json).handler(this::list);
    router.get(ONE).handler(signedIn.adminApi()).handler(UserApi::json).handler(this::show);
    router.delete(ONE).handler(signedIn.adminApi()).handler(this::delete);
  }

  private static void json(RoutingContext ctx) {
    Accepted.best(ctx, List.of(JsonAnswer.MEDIA_TYPE));
    ctx.next();
  }

  private void create(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    if (!signupEnabled) {
      throw new Failure.Forbidden("signup-disabled");
    }
    FieldErrors errors = new FieldErrors();
    JsonObject body = JsonBody.read(ctx, FIELDS, errors);
    Profile profile =
        new Profile(
            JsonBody.text(body, "username", errors),
            JsonBody.text(body, "email", errors),
            JsonBody.text(body, "first_name", errors),
            JsonBody.text(body, "last_name", errors));
    String password = JsonBody.text(body, "password", errors);
    errors.check(() -> rules.check(profile, password));
    errors.requireNone();
    registration
        .signUp(profile, password, Client.of(ctx))
        .onSuccess(account -> JsonAnswer.send(ctx, 201, account.toJson()))
        .onFailure(ctx::fail);
  }

  private void me(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    accounts
        .byId(pool, SignedIn.of(ctx).id())
        .onSuccess(account -> sendFound(ctx, account))
        .onFailure(ctx::fail);
  }

  private void list(RoutingContext ctx) {
    MultiMap query = QueryParameters.only(ctx, Set.of("q", "after", "limit"));
    FieldErrors errors = new FieldErrors();
    int limit =
        errors.read(() -> QueryParameters.limit(query, MAX_LIMIT, DEFAULT_LIMIT), DEFAULT_LIMIT);
    String search = errors.read(() -> QueryParameters.text(query, "q", MAX_SEARCH_LENGTH), "");
    String after = errors.read(() -> QueryParameters.text(query, "after", MAX_CURSOR_LENGTH), "");
    if ("".equals(query.get("after"))) {
      errors.add("after", "field.cursor");
    }
    errors.requireNone();
    accounts
        .list(pool, search, after, limit + 1)
        .onSuccess(found -> JsonAnswer.send(ctx, 200, page(Slice.of(found, limit))))
        .onFailure(ctx::fail);
  }

  private static JsonObject page(Slice<Account> page) {
    JsonArray items = new JsonArray();
    page.items().forEach(account -> items.add(account.toJson()));
    return new JsonObject().put("items", items).put("next", page.next(Account::username));
  }

  private void show(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    accounts
        .byUsername(pool, SqlText.orEmpty(ctx.pathParam("username")))
        .onSuccess(account -> sendFound(ctx, account))
        .onFailure(ctx::fail);
  }

  private void delete(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    FieldErrors errors = new FieldErrors();
    JsonObject body = JsonBody.read(ctx, Set.of("password"), errors);
    String password = JsonBody.text(body, "password", errors);
    errors.requireNone();
    administration
        .delete(SignedIn.of(ctx), ctx.pathParam("username"), password, Client.of(ctx))
        .onSuccess(done -> ctx.response().setStatusCode(204).end())
        .onFailure(ctx::fail);
  }

  private static void sendFound(RoutingContext ctx, Optional<Account> account) {
    account.ifPresentOrElse(
        found -> JsonAnswer.send(ctx, 200, found.toJson()),
        () -> ctx.fail(new Failure.NotFound("account-not-found")));
  }
}
