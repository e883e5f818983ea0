package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Pages;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A person's own predictions, page by page, and how to delete one. */
public final class HistoryRoutes {

  private static final int PAGE = 24;

  private final SignedIn signedIn;
  private final Pages pages;
  private final Predictions predictions;

  public HistoryRoutes(SignedIn signedIn, Pages pages, Predictions predictions) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.predictions = predictions;
  }

  public void mount(Router router) {
    router.get("/history").handler(signedIn.page()).handler(this::list);
    router.post("/predictions/:id/delete").handler(signedIn.page()).handler(this::delete);
  }

  private void list(RoutingContext ctx) {
    String after = ctx.queryParams().get("after");
    show(ctx, after == null ? null : Cursor.parse(after));
  }

  private void delete(RoutingContext ctx) {
    UUID account = SignedIn.of(ctx).id();
    predictions
        .delete(account, Fields.id(ctx.pathParam("id")))
        .onSuccess(
            deleted -> {
              if (Pages.isFragment(ctx)) {
                show(ctx, null);
              } else {
                UploadRoutes.seeOther(ctx, pages.urls(ctx).to("/history"));
              }
            })
        .onFailure(ctx::fail);
  }

  private void show(RoutingContext ctx, @Nullable Cursor after) {
    predictions
        .list(SignedIn.of(ctx).id(), Filter.ALL, after, PAGE + 1)
        .compose(found -> pages.render(ctx, "prediction/history", model(found)))
        .onFailure(ctx::fail);
  }

  private static Map<String, Object> model(List<Prediction> found) {
    boolean more = found.size() > PAGE;
    List<Prediction> page = more ? found.subList(0, PAGE) : found;
    Map<String, Object> values = new HashMap<>();
    values.put("predictions", page);
    values.put("next", more ? Cursor.after(page.get(PAGE - 1)).encode() : null);
    return values;
  }
}
