package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.account.User;
import dev.marque.web.Accepted;
import dev.marque.web.FieldErrors;
import dev.marque.web.JsonAnswer;
import dev.marque.web.JsonBody;
import dev.marque.web.Keys;
import dev.marque.web.Pages;
import dev.marque.web.QueryParameters;
import dev.marque.web.Slice;
import dev.marque.web.Upload;
import dev.marque.web.Uploads;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The JSON API {@code /api/v1/predictions}, as described in {@code openapi.yaml}. */
public final class PredictionApi {

  /** The paths whose request bodies this package reads itself. */
  public static final Set<String> UPLOAD_PATHS = Set.of("/predictions", PredictionApi.PATH);

  static final String PATH = "/api/v1/predictions";
  static final int MAX_PHOTOS = 16;

  private static final int MAX_ITEMS = 100;
  private static final int DEFAULT_ITEMS = 20;

  private final SignedIn signedIn;
  private final Pages pages;
  private final Uploads uploads;
  private final PhotoAdmission admission;
  private final PhotoIntake intake;
  private final PhotoBatch batch;
  private final PredictionLimits limits;
  private final Predictions predictions;
  private final ModelDocument model;

  PredictionApi(
      SignedIn signedIn,
      Pages pages,
      Uploads uploads,
      PhotoAdmission admission,
      PhotoIntake intake,
      PhotoBatch batch,
      PredictionLimits limits,
      Predictions predictions,
      ModelDocument model) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.uploads = uploads;
    this.admission = admission;
    this.intake = intake;
    this.batch = batch;
    this.limits = limits;
    this.predictions = predictions;
    this.model = model;
  }

  public void mount(Router router) {
    router
        .post(PATH)
        .handler(signedIn.api())
        .handler(this::stateLimit)
        .handler(this::json)
        .handler(this::create);
    router.get(PATH).handler(signedIn.api()).handler(this::json).handler(this::list);
    router.get(PATH + "/:id").handler(signedIn.api()).handler(this::json).handler(this::get);
    router.delete(PATH + "/:id").handler(signedIn.api()).handler(this::delete);
    router
        .put(PATH + "/:id/correction")
        .handler(signedIn.api())
        .handler(this::json)
        .handler(this::correct);
    router.get("/api/v1/model").handler(signedIn.api()).handler(this::json).handler(this::model);
  }

  /** Adds the headers once the response is sent: a rejected photo may have counted, too. */
  private void stateLimit(RoutingContext ctx) {
    UUID account = SignedIn.of(ctx).id();
    ctx.addHeadersEndHandler(send -> limits.addHeaders(account, ctx.response()));
    ctx.next();
  }

  private void json(RoutingContext ctx) {
    Accepted.best(ctx, List.of(JsonAnswer.MEDIA_TYPE));
    ctx.next();
  }

  private void create(RoutingContext ctx) {
    MultiMap query = QueryParameters.only(ctx, UploadForm.OPTIONS);
    String key = RequestKey.parse(ctx.request().getHeader(RequestKey.HEADER));
    User user = SignedIn.of(ctx);
    uploads
        .read(ctx, MAX_PHOTOS, () -> admission.admit(ctx, user, key))
        .map(upload -> UploadForm.of(upload, query.get("top_k"), query.get("evidence"), true))
        .onSuccess(form -> predict(ctx, user, form, key))
        .onFailure(ctx::fail);
  }

  private void predict(RoutingContext ctx, User user, UploadForm form, @Nullable String key) {
    if (form.photos().size() > 1) {
      batch
          .predict(ctx, user, form, key, prediction -> document(ctx, prediction, form))
          .onSuccess(results -> JsonAnswer.send(ctx, 207, results))
          .onFailure(ctx::fail);
      return;
    }
    Upload.File photo = form.photos().get(0);
    intake
        .predict(Caller.of(ctx, user), photo, key, 0)
        .onSuccess(
            prediction -> {
              ctx.response()
                  .putHeader("Location", pages.urls(ctx).file(PATH + "/" + prediction.id()));
              JsonAnswer.send(ctx, 201, document(ctx, prediction, form));
            })
        .onFailure(ctx::fail);
  }

  private JsonObject document(RoutingContext ctx, Prediction prediction, UploadForm form) {
    return document(ctx, prediction, form.topK(), form.evidence());
  }

  private JsonObject document(
      RoutingContext ctx, Prediction prediction, int topK, boolean evidence) {
    JsonObject document = PredictionDocuments.of(prediction, topK);
    if (evidence) {
      String link = pages.urls(ctx).file(PATH + "/" + prediction.id() + "/heat-map");
      document.put("heat_map", prediction.photoKept() ? link : null);
    }
    return document;
  }

  private void list(RoutingContext ctx) {
    Set<String> known = new TreeSet<>(Filter.PARAMETERS);
    known.addAll(Set.of("after", "limit", "top_k"));
    MultiMap query = QueryParameters.only(ctx, known);
    FieldErrors errors = new FieldErrors();
    Filter filter = errors.read(() -> Filter.of(query), Filter.ALL);
    int limit =
        errors.read(() -> QueryParameters.limit(query, MAX_ITEMS, DEFAULT_ITEMS), DEFAULT_ITEMS);
    int topK = errors.read(() -> Fields.topK(query.get("top_k")), Fields.DEFAULT_BRANDS);
    String text = query.get("after");
    Cursor after = errors.read(() -> text == null ? null : Cursor.parse(text));
    errors.requireNone();
    predictions
        .list(SignedIn.of(ctx).id(), filter, after, limit + 1)
        .onSuccess(found -> JsonAnswer.send(ctx, 200, page(Slice.of(found, limit), topK)))
        .onFailure(ctx::fail);
  }

  private static JsonObject page(Slice<Prediction> page, int topK) {
    JsonArray items = new JsonArray();
    page.items().forEach(prediction -> items.add(PredictionDocuments.of(prediction, topK)));
    String next = page.next(last -> Cursor.after(last).encode());
    return new JsonObject().put("items", items).put("next", next);
  }

  private void get(RoutingContext ctx) {
    MultiMap query = QueryParameters.only(ctx, UploadForm.OPTIONS);
    FieldErrors errors = new FieldErrors();
    int topK = errors.read(() -> Fields.topK(query.get("top_k")), Fields.DEFAULT_BRANDS);
    boolean evidence = errors.read(() -> Fields.flag("evidence", query.get("evidence")), false);
    errors.requireNone();
    predictions
        .get(SignedIn.of(ctx).id(), id(ctx))
        .onSuccess(found -> JsonAnswer.send(ctx, 200, document(ctx, found, topK, evidence)))
        .onFailure(ctx::fail);
  }

  private void delete(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    predictions
        .delete(SignedIn.of(ctx).id(), id(ctx))
        .onSuccess(deleted -> ctx.response().setStatusCode(204).end())
        .onFailure(ctx::fail);
  }

  private void correct(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    FieldErrors errors = new FieldErrors();
    String brand = JsonBody.text(JsonBody.read(ctx, Set.of("brand"), errors), "brand", errors);
    errors.check(() -> model.requireBrand(brand));
    errors.requireNone();
    predictions
        .correct(SignedIn.of(ctx).id(), id(ctx), brand)
        .onSuccess(
            corrected ->
                JsonAnswer.send(ctx, 200, PredictionDocuments.of(corrected, Fields.DEFAULT_BRANDS)))
        .onFailure(ctx::fail);
  }

  private void model(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    JsonAnswer.send(ctx, 200, model.document());
  }

  private static UUID id(RoutingContext ctx) {
    return Keys.of(ctx.pathParam("id"));
  }
}
