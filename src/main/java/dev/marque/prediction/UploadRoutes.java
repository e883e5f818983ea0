package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.account.User;
import dev.marque.web.Failure;
import dev.marque.web.Failures;
import dev.marque.web.Keys;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.Upload;
import dev.marque.web.Uploads;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pages for uploading a photo and for its result. */
public final class UploadRoutes {

  /** Status codes of errors about the photo, which are shown next to the file field. */
  private static final Set<Integer> ABOUT_THE_PHOTO = Set.of(400, 413, 415, 422);

  private final SignedIn signedIn;
  private final Pages pages;
  private final Messages messages;
  private final Uploads uploads;
  private final PhotoAdmission admission;
  private final PhotoIntake intake;
  private final PredictionLimits limits;
  private final Predictions predictions;
  private final ModelDocument model;
  private final long maxBytes;

  /**
   * @param maxBytes maximum size of a photo in bytes, for the form
   */
  UploadRoutes(
      SignedIn signedIn,
      Pages pages,
      Messages messages,
      Uploads uploads,
      PhotoAdmission admission,
      PhotoIntake intake,
      PredictionLimits limits,
      Predictions predictions,
      ModelDocument model,
      long maxBytes) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.messages = messages;
    this.uploads = uploads;
    this.admission = admission;
    this.intake = intake;
    this.limits = limits;
    this.predictions = predictions;
    this.model = model;
    this.maxBytes = maxBytes;
  }

  public void mount(Router router) {
    router.get("/").handler(this::start);
    router.post("/predictions").handler(signedIn.page()).handler(this::upload);
    // Without scripts, the address bar shows this address after an error.
    router.get("/predictions").handler(ctx -> Redirects.to(ctx, pages.urls(ctx).to("/")));
    router.get("/predictions/:id").handler(signedIn.page()).handler(this::result);
    router.post("/predictions/:id/correction").handler(signedIn.page()).handler(this::correct);
  }

  private void start(RoutingContext ctx) {
    if (ctx.get(Pages.VIEWER) == null) {
      boolean deleted = "deleted".equals(ctx.request().getParam("done"));
      Map<String, Object> values = Map.of("brands", model.brands(), "deleted", deleted);
      pages.render(ctx, "front", values).onFailure(ctx::fail);
    } else {
      form(ctx, 200, Fields.DEFAULT_BRANDS, Map.of(), "");
    }
  }

  private void upload(RoutingContext ctx) {
    // Sent by the page's script with each photo, so that a retry is not a second prediction.
    String key = RequestKey.parse(ctx.request().getHeader(RequestKey.HEADER));
    User user = SignedIn.of(ctx);
    uploads
        .read(ctx, 1, () -> admission.admit(ctx, user, key))
        .onSuccess(upload -> predict(ctx, user, upload, key))
        .onFailure(failure -> showErrors(ctx, Fields.DEFAULT_BRANDS, failure));
  }

  private void predict(RoutingContext ctx, User user, Upload upload, @Nullable String key) {
    UploadForm form;
    try {
      form = UploadForm.of(upload, null, null, false);
    } catch (Failure failure) {
      showErrors(ctx, Fields.DEFAULT_BRANDS, failure);
      return;
    }
    intake
        .predict(Caller.of(ctx, user), form.photos().get(0), key, 0)
        .onSuccess(prediction -> show(ctx, user, prediction, form.topK()))
        .onFailure(failure -> showErrors(ctx, form.topK(), failure));
  }

  /** HTMX gets the result directly; a plain form is redirected, so that reloading is harmless. */
  private void show(RoutingContext ctx, User user, Prediction prediction, int topK) {
    limits.addHeaders(user.id(), ctx.response());
    if (Pages.isFragment(ctx)) {
      render(ctx, prediction, topK);
    } else {
      Redirects.to(ctx, resultLink(ctx, prediction, topK));
    }
  }

  private String resultLink(RoutingContext ctx, Prediction prediction, int topK) {
    return pages.urls(ctx).to("/predictions/" + prediction.id(), "top_k", topK);
  }

  private void result(RoutingContext ctx) {
    int topK = Fields.topK(ctx.queryParams().get("top_k"));
    predictions
        .get(SignedIn.of(ctx).id(), Keys.of(ctx.pathParam("id")))
        .onSuccess(prediction -> render(ctx, prediction, topK))
        .onFailure(ctx::fail);
  }

  private void correct(RoutingContext ctx) {
    String brand = Objects.requireNonNullElse(ctx.request().getFormAttribute("brand"), "");
    model.requireBrand(brand);
    int topK = Fields.topK(ctx.request().getFormAttribute("top_k"));
    predictions
        .correct(SignedIn.of(ctx).id(), Keys.of(ctx.pathParam("id")), brand)
        .onSuccess(
            corrected -> {
              if (Pages.isFragment(ctx)) {
                render(ctx, corrected, topK);
              } else {
                Redirects.to(ctx, resultLink(ctx, corrected, topK));
              }
            })
        .onFailure(ctx::fail);
  }

  private void render(RoutingContext ctx, Prediction prediction, int topK) {
    Map<String, Object> values =
        Map.of("prediction", prediction.top(topK), "brands", model.brands());
    pages.render(ctx, "prediction/result", values).onFailure(ctx::fail);
  }

  /**
   * Shows the form again, with each error next to its field, or as an alert if it concerns no
   * field; status 500 gets the error page.
   */
  private void showErrors(RoutingContext ctx, int topK, Throwable cause) {
    if (ctx.response().closed()) {
      return;
    }
    Failure failure = Failures.failureOf(ctx, cause);
    if (failure.status() == 500) {
      ctx.fail(failure);
      return;
    }
    Failures.addHeaders(ctx, failure);
    Locale language = pages.language(ctx);
    Map<String, String> errors = new LinkedHashMap<>();
    failure.fields().forEach(error -> errors.put(error.field(), messages.text(language, error)));
    String detail = messages.detail(language, failure);
    boolean aboutPhoto = ABOUT_THE_PHOTO.contains(failure.status()) && errors.isEmpty();
    if (aboutPhoto || errors.containsKey(UploadForm.IMAGE)) {
      errors.put(UploadForm.IMAGE, detail);
    }
    form(ctx, failure.status(), topK, errors, errors.isEmpty() ? detail : "");
  }

  private void form(
      RoutingContext ctx, int status, int topK, Map<String, String> errors, String alert) {
    Map<String, Object> values = new HashMap<>();
    values.put("topK", topK);
    values.put("brands", model.brands());
    values.put("errors", errors);
    values.put("alert", alert.isEmpty() ? null : alert);
    values.put("maxBytes", maxBytes);
    pages.render(ctx, status, "prediction/upload", values).onFailure(ctx::fail);
  }
}
