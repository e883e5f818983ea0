package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.platform.Settings;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.Uploads;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Duration;

/** Wires all routes of this package, for the composition root. */
public final class PredictionRoutes {

  private static final Duration UPLOAD_TIMEOUT = Duration.ofSeconds(60);
  private static final long MIN_UPLOAD_MEMORY = 128L << 20;

  /** The size limit of a request with several photos, as a multiple of the limit for one. */
  private static final int PHOTOS_OF_FULL_SIZE = 4;

  private final PhotoAdmission admission;
  private final UploadRoutes upload;
  private final PhotoRoutes photos;
  private final HistoryRoutes history;
  private final ModelRoutes modelPages;
  private final PredictionExport export;
  private final PredictionApi api;
  private final CorrectionRoutes corrections;
  private final LiveNumbersRoutes numbers;

  public PredictionRoutes(
      Vertx vertx,
      Settings settings,
      SignedIn signedIn,
      Pages pages,
      Messages messages,
      Predictions predictions,
      Trash trash,
      PredictionLimits limits,
      InferenceClient inference,
      ModelDocument model,
      CorrectionRoutes corrections,
      LiveNumbers numbers,
      MeterRegistry metrics) {
    long bytes = settings.limits().uploadBytes().bytes();
    long memory = Math.max(MIN_UPLOAD_MEMORY, bytes * PHOTOS_OF_FULL_SIZE * 2);
    Uploads uploads = new Uploads(bytes, bytes * PHOTOS_OF_FULL_SIZE, memory, UPLOAD_TIMEOUT);
    PhotoIntake intake = new PhotoIntake(vertx, inference, predictions, limits, metrics);
    this.admission = new PhotoAdmission(inference, limits, predictions, intake, metrics);
    PhotoBatch batch = new PhotoBatch(intake, pages, messages);
    this.upload =
        new UploadRoutes(
            signedIn,
            pages,
            messages,
            uploads,
            admission,
            intake,
            limits,
            predictions,
            model,
            bytes);
    this.photos = new PhotoRoutes(signedIn, vertx, predictions);
    this.history = new HistoryRoutes(signedIn, pages, messages, predictions, trash, model);
    this.modelPages = new ModelRoutes(signedIn, pages, model);
    this.export = new PredictionExport(signedIn, predictions);
    this.api =
        new PredictionApi(
            signedIn, pages, uploads, admission, intake, batch, limits, predictions, model);
    this.corrections = corrections;
    this.numbers = new LiveNumbersRoutes(signedIn, pages, numbers);
  }

  /** Adds the handler that comes before the sign-in. */
  public void mountAdmission(Router router) {
    router.post(PredictionApi.PATH).handler(admission::refuseIfFull);
  }

  public void mount(Router router) {
    upload.mount(router);
    photos.mount(router);
    history.mount(router);
    modelPages.mount(router);
    export.mount(router);
    api.mount(router);
    corrections.mount(router);
    numbers.mount(router);
  }
}
