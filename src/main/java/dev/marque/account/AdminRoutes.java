package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.Keys;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.Slice;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The administrators' pages: accounts and the audit log. */
final class AdminRoutes {

  private static final String ACCOUNT = "admin/user";
  private static final int PAGE = 50;
  private static final List<String> AUDIT_EVENTS =
      Arrays.stream(AuditEvent.values()).map(AuditEvent::code).toList();

  private final Pool pool;
  private final Accounts accounts;
  private final Administration administration;
  private final Sessions sessions;
  private final Audit audit;
  private final SignedIn signedIn;
  private final Pages pages;
  private final FormPage form;

  AdminRoutes(
      Pool pool,
      Accounts accounts,
      Administration administration,
      Sessions sessions,
      Audit audit,
      SignedIn signedIn,
      Pages pages,
      FormPage form) {
    this.pool = pool;
    this.accounts = accounts;
    this.administration = administration;
    this.sessions = sessions;
    this.audit = audit;
    this.signedIn = signedIn;
    this.pages = pages;
    this.form = form;
  }

  void mount(Router router) {
    router
        .get("/admin")
        .handler(signedIn.admin())
        .handler(ctx -> Redirects.to(ctx, pages.urls(ctx).to("/admin/users")));
    router.get("/admin/users").handler(signedIn.admin()).handler(this::list);
    router.get("/admin/users/:username").handler(signedIn.admin()).handler(this::show);
    router.post("/admin/users/:username/role").handler(signedIn.admin()).handler(this::role);
    router
        .post("/admin/users/:username/disabled")
        .handler(signedIn.admin())
        .handler(this::disabled);
    router.post("/admin/users/:username/delete").handler(signedIn.admin()).handler(this::delete);
    router.get("/admin/audit").handler(signedIn.admin()).handler(this::audit);
  }

  private void list(RoutingContext ctx) {
    String search = SqlText.orEmpty(ctx.request().getParam("q"));
    String after = SqlText.orEmpty(ctx.request().getParam("after"));
    String notice = "deleted".equals(ctx.request().getParam("done")) ? "admin.deleted" : null;
    accounts
        .list(pool, search, after, PAGE + 1)
        .compose(
            found -> {
              Slice<Account> page = Slice.of(found, PAGE);
              Map<String, Object> model = new HashMap<>();
              model.put("users", page.items());
              model.put("search", search);
              model.put("next", page.next(Account::username));
              return form.show(ctx, "admin/users", model, notice);
            })
        .onFailure(ctx::fail);
  }

  private void show(RoutingContext ctx) {
    String notice = "changed".equals(ctx.request().getParam("done")) ? "admin.changed" : null;
    model(ctx).compose(model -> form.show(ctx, ACCOUNT, model, notice)).onFailure(ctx::fail);
  }

  private Future<Map<String, Object>> model(RoutingContext ctx) {
    return administration
        .find(ctx.pathParam("username"))
        .compose(
            account ->
                sessions
                    .count(account.id())
                    .map(
                        count ->
                            Map.of(
                                "account",
                                account,
                                "sessions",
                                count,
                                "self",
                                account.id().equals(SignedIn.of(ctx).id()))));
  }

  private void role(RoutingContext ctx) {
    String role = FormPage.field(ctx, "role");
    if (!role.equals("user") && !role.equals("admin")) {
      throw new Failure.Malformed("bad-request");
    }
    Future<Account> changed =
        administration.changeRole(
            SignedIn.of(ctx), ctx.pathParam("username"), Role.of(role), Client.of(ctx));
    answer(ctx, changed);
  }

  private void disabled(RoutingContext ctx) {
    String disabled = FormPage.field(ctx, "disabled");
    if (!disabled.equals("true") && !disabled.equals("false")) {
      throw new Failure.Malformed("bad-request");
    }
    Future<Account> changed =
        administration.changeDisabled(
            SignedIn.of(ctx), ctx.pathParam("username"), disabled.equals("true"), Client.of(ctx));
    answer(ctx, changed);
  }

  private void answer(RoutingContext ctx, Future<Account> changed) {
    changed
        .onSuccess(
            account -> {
              String path = "/admin/users/" + account.username();
              Redirects.to(ctx, pages.urls(ctx).to(path, "done", "changed"));
            })
        .onFailure(problem -> showAgain(ctx, problem));
  }

  private void delete(RoutingContext ctx) {
    administration
        .delete(
            SignedIn.of(ctx),
            ctx.pathParam("username"),
            FormPage.secret(ctx, "password"),
            Client.of(ctx))
        .onSuccess(gone -> Redirects.to(ctx, pages.urls(ctx).to("/admin/users", "done", "deleted")))
        .onFailure(problem -> showAgain(ctx, WrongPassword.in("password", problem)));
  }

  private void showAgain(RoutingContext ctx, Throwable problem) {
    model(ctx)
        .onSuccess(model -> form.showAgain(ctx, ACCOUNT, model, problem))
        .onFailure(ctx::fail);
  }

  private void audit(RoutingContext ctx) {
    String search = SqlText.orEmpty(ctx.request().getParam("q")).strip();
    Optional<AuditEvent> event = event(ctx.request().getParam("event"));
    audit
        .list(pool, search, event.orElse(null), id(ctx.request().getParam("after")), PAGE + 1)
        .compose(
            found -> {
              Slice<AuditEntry> page = Slice.of(found, PAGE);
              Map<String, Object> model = new HashMap<>();
              model.put("entries", page.items());
              model.put("search", search);
              model.put("event", event.map(AuditEvent::code).orElse(""));
              model.put("events", AUDIT_EVENTS);
              model.put("next", page.next(AuditEntry::id));
              return form.show(ctx, "admin/audit", model, null);
            })
        .onFailure(ctx::fail);
  }

  private static Optional<AuditEvent> event(@Nullable String code) {
    if (code == null || code.isEmpty()) {
      return Optional.empty();
    }
    Optional<AuditEvent> event = AuditEvent.of(code);
    if (event.isEmpty()) {
      throw Failure.Invalid.of(FieldError.of("event", "field.event"));
    }
    return event;
  }

  private static @Nullable UUID id(@Nullable String text) {
    return text == null
        ? null
        : Keys.parse(text)
            .orElseThrow(() -> Failure.Invalid.of(FieldError.of("after", "field.cursor")));
  }
}
