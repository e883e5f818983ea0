package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.Keys;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.Slice;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** The history page: lists a user's own predictions, deletes some of them, and undoes deletions. */
public final class HistoryRoutes {

  private static final String TEMPLATE = "prediction/history";
  private static final int PAGE_SIZE = 24;

  private final SignedIn signedIn;
  private final Pages pages;
  private final Messages messages;
  private final Predictions predictions;
  private final Trash trash;
  private final ModelDocument model;

  public HistoryRoutes(
      SignedIn signedIn,
      Pages pages,
      Messages messages,
      Predictions predictions,
      Trash trash,
      ModelDocument model) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.messages = messages;
    this.predictions = predictions;
    this.trash = trash;
    this.model = model;
  }

  public void mount(Router router) {
    router.get("/history").handler(signedIn.page()).handler(this::list);
    router.post("/history/delete").handler(signedIn.page()).handler(this::delete);
    router.post("/history/restore").handler(signedIn.page()).handler(this::restore);
    router.post("/predictions/:id/delete").handler(signedIn.page()).handler(this::deleteOne);
  }

  private void list(RoutingContext ctx) {
    HistoryQuery query = HistoryQuery.of(ctx.queryParams());
    if (!validate(ctx, query)) {
      return;
    }
    if (Pages.isFragment(ctx)) {
      // The URL without the empty fields that the form sends.
      ctx.response().putHeader("HX-Push-Url", pages.urls(ctx).to(query.link()));
    }
    String deletion = ctx.queryParams().get("deleted");
    if (deletion == null) {
      show(ctx, query, Map.of());
    } else {
      showDeleted(ctx, query, Keys.of(deletion));
    }
  }

  /** Deletes the prediction whose button was pressed, or otherwise all selected ones. */
  private void delete(RoutingContext ctx) {
    HistoryQuery query = HistoryQuery.of(ctx.request().formAttributes());
    if (!validate(ctx, query)) {
      return;
    }
    String one = ctx.request().getFormAttribute("one");
    List<String> chosen = one == null ? ctx.request().formAttributes().getAll("id") : List.of(one);
    if (chosen.isEmpty()) {
      reject(ctx, query, "history.choose");
      return;
    }
    delete(ctx, query, chosen.stream().map(Keys::of).toList());
  }

  private void deleteOne(RoutingContext ctx) {
    delete(ctx, HistoryQuery.ALL, List.of(Keys.of(ctx.pathParam("id"))));
  }

  private void delete(RoutingContext ctx, HistoryQuery query, List<UUID> ids) {
    trash
        .delete(SignedIn.of(ctx).id(), ids)
        .onSuccess(
            deletion -> {
              String link = pages.urls(ctx).to(query.link(), "deleted", deletion);
              if (Pages.isFragment(ctx)) {
                ctx.response().putHeader("HX-Replace-Url", link);
                showDeleted(ctx, query, deletion);
              } else {
                Redirects.to(ctx, link);
              }
            })
        .onFailure(ctx::fail);
  }

  private void restore(RoutingContext ctx) {
    HistoryQuery query = HistoryQuery.of(ctx.request().formAttributes());
    if (!validate(ctx, query)) {
      return;
    }
    UUID deletion = Keys.of(String.valueOf(ctx.request().getFormAttribute("deletion")));
    trash
        .restore(SignedIn.of(ctx).id(), deletion)
        .onSuccess(
            restored -> {
              if (restored == 0) {
                reject(ctx, query, "history.gone");
              } else if (Pages.isFragment(ctx)) {
                ctx.response().putHeader("HX-Replace-Url", pages.urls(ctx).to(query.link()));
                show(ctx, query, Map.of("restored", restored));
              } else {
                Redirects.to(ctx, pages.urls(ctx).to(query.link()));
              }
            })
        .onFailure(ctx::fail);
  }

  /** Shows the page with the number of deleted predictions, as long as they can be restored. */
  private void showDeleted(RoutingContext ctx, HistoryQuery query, UUID deletion) {
    trash
        .count(SignedIn.of(ctx).id(), deletion)
        .onSuccess(count -> show(ctx, query, Map.of("deletion", deletion, "deleted", count)))
        .onFailure(ctx::fail);
  }

  private void show(RoutingContext ctx, HistoryQuery query, Map<String, ?> extra) {
    predictions
        .list(SignedIn.of(ctx).id(), query.filter(), query.cursor(), PAGE_SIZE + 1)
        .compose(found -> render(ctx, 200, query, found, extra))
        .onFailure(ctx::fail);
  }

  /**
   * Returns whether the query is valid; if not, responds with the errors. Call it before doing
   * anything else: an exception thrown later in a callback would be lost and the client would never
   * get a response.
   */
  private boolean validate(RoutingContext ctx, HistoryQuery query) {
    try {
      query.filter();
      query.cursor();
      return true;
    } catch (Failure.Invalid failure) {
      showErrors(ctx, query, failure);
      return false;
    }
  }

  /** Shows the form with its errors and an empty list. */
  private void showErrors(RoutingContext ctx, HistoryQuery query, Failure.Invalid failure) {
    Locale language = pages.language(ctx);
    Map<String, String> errors = new LinkedHashMap<>();
    failure.fields().forEach(error -> errors.put(error.field(), messages.text(language, error)));
    render(ctx, failure.status(), query, List.of(), Map.of("errors", errors)).onFailure(ctx::fail);
  }

  /** Shows the unchanged page with the reason why nothing was done. */
  private void reject(RoutingContext ctx, HistoryQuery query, String reason) {
    String alert = messages.get(pages.language(ctx), reason, Trash.UNDO_PERIOD.toMinutes());
    predictions
        .list(SignedIn.of(ctx).id(), query.filter(), query.cursor(), PAGE_SIZE + 1)
        .compose(found -> render(ctx, 422, query, found, Map.of("alert", alert)))
        .onFailure(ctx::fail);
  }

  private Future<Void> render(
      RoutingContext ctx,
      int status,
      HistoryQuery query,
      List<Prediction> found,
      Map<String, ?> extra) {
    Slice<Prediction> page = Slice.of(found, PAGE_SIZE);
    Map<String, Object> values = new HashMap<>();
    values.put("predictions", page.items());
    values.put("brands", model.brands());
    values.put("verdicts", Stream.of(Verdict.values()).map(Verdict::code).toList());
    values.put("query", query.values());
    values.put("filtered", query.isFiltered());
    values.put("csv", extra.containsKey("errors") ? null : query.csvLink());
    values.put("newest", query.after().isEmpty() ? null : query.firstPage().link());
    values.put("older", page.next(last -> query.page(Cursor.after(last).encode()).link()));
    values.put("undoMinutes", Trash.UNDO_PERIOD.toMinutes());
    values.put("alert", null);
    values.put("errors", null);
    values.putAll(extra);
    return pages.render(ctx, status, TEMPLATE, values);
  }
}
