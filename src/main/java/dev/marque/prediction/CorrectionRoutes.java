package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.Keys;
import dev.marque.web.PageUrls;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.Slice;
import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The administrators' pages for corrections: list, accept or reject, and export accepted ones. */
public final class CorrectionRoutes {

  private static final String PATH = "/admin/corrections";
  private static final int PAGE_SIZE = 24;
  private static final List<String> STATES =
      Arrays.stream(ReviewState.values()).map(ReviewState::code).toList();

  private final SignedIn signedIn;
  private final Pages pages;
  private final Corrections corrections;
  private final CorrectionExport export;
  private final Function<RoutingContext, Future<Void>> auditExport;

  /**
   * @param auditExport records in the audit log which administrator exports users' photos
   */
  public CorrectionRoutes(
      SignedIn signedIn,
      Pages pages,
      Corrections corrections,
      Function<RoutingContext, Future<Void>> auditExport) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.corrections = corrections;
    this.export = new CorrectionExport(corrections);
    this.auditExport = auditExport;
  }

  void mount(Router router) {
    router.get(PATH).handler(signedIn.admin()).handler(this::list);
    router.get(PATH + "/export.zip").handler(signedIn.admin()).handler(this::export);
    router.get(PATH + "/:id/photo.jpg").handler(signedIn.admin()).handler(this::photo);
    router.post(PATH + "/:id").handler(signedIn.admin()).handler(this::review);
  }

  private void list(RoutingContext ctx) {
    ReviewState state = state(ctx.request().getParam("state"));
    show(ctx, state, cursor(ctx.request().getParam("after")));
  }

  private void show(RoutingContext ctx, ReviewState state, @Nullable UUID after) {
    render(ctx, state, after).onFailure(ctx::fail);
  }

  /** Shows a page; the first one if nothing is left on a later page. */
  private Future<Void> render(RoutingContext ctx, ReviewState state, @Nullable UUID after) {
    return corrections
        .list(state, after, PAGE_SIZE + 1)
        .compose(
            found ->
                found.isEmpty() && after != null
                    ? render(ctx, state, null)
                    : pages.render(ctx, "admin/corrections", model(state, after, found)));
  }

  private static Map<String, Object> model(
      ReviewState state, @Nullable UUID after, List<Correction> found) {
    Slice<Correction> page = Slice.of(found, PAGE_SIZE);
    Map<String, Object> values = new HashMap<>();
    values.put("corrections", page.items());
    values.put("states", STATES);
    values.put("state", state.code());
    values.put("after", after);
    values.put("next", page.next(Correction::id));
    return values;
  }

  private void review(RoutingContext ctx) {
    UUID id = Keys.of(ctx.pathParam("id"));
    String brand = ctx.request().getFormAttribute("brand");
    ReviewState decision = state(ctx.request().getFormAttribute("decision"));
    if (brand == null || brand.indexOf('\0') >= 0 || decision == ReviewState.OPEN) {
      throw new Failure.Malformed("bad-request");
    }
    ReviewState seen = state(ctx.request().getFormAttribute("state"));
    UUID after = cursor(ctx.request().getFormAttribute("after"));
    corrections
        .review(id, brand, decision, SignedIn.of(ctx).id())
        .onSuccess(
            noted -> {
              if (Pages.isFragment(ctx)) {
                show(ctx, seen, after);
              } else {
                Redirects.to(ctx, link(ctx, seen, after));
              }
            })
        .onFailure(ctx::fail);
  }

  private String link(RoutingContext ctx, ReviewState state, @Nullable UUID after) {
    PageUrls urls = pages.urls(ctx);
    return after == null
        ? urls.to(PATH, "state", state.code())
        : urls.to(PATH, "state", state.code(), "after", after);
  }

  private void photo(RoutingContext ctx) {
    corrections
        .photo(Keys.of(ctx.pathParam("id")))
        .onSuccess(
            jpeg ->
                ctx.response()
                    .putHeader("Content-Type", "image/jpeg")
                    .putHeader("Cache-Control", "private, no-store")
                    .putHeader("Content-Encoding", "identity")
                    .end(jpeg))
        .onFailure(ctx::fail);
  }

  private void export(RoutingContext ctx) {
    auditExport
        .apply(ctx)
        .compose(
            noted -> {
              ctx.response()
                  .setChunked(true)
                  .putHeader("Content-Type", "application/zip")
                  .putHeader("Content-Disposition", "attachment; filename=\"corrections.zip\"")
                  .putHeader("Cache-Control", "no-store");
              return export.send(new ZipStream(ctx.response()));
            })
        .onFailure(ctx::fail);
  }

  private static ReviewState state(@Nullable String code) {
    return code == null
        ? ReviewState.OPEN
        : ReviewState.of(code)
            .orElseThrow(() -> Failure.Invalid.of(FieldError.of("state", "field.review_state")));
  }

  /**
   * Returns the id of the last correction on the previous page; {@code null} for the first page.
   */
  private static @Nullable UUID cursor(@Nullable String text) {
    return text == null
        ? null
        : Keys.parse(text)
            .orElseThrow(() -> Failure.Invalid.of(FieldError.of("after", "field.cursor")));
  }
}
