package dev.marque.app;

import dev.marque.account.AccountFeature;
import dev.marque.account.PersonalData;
import dev.marque.account.SignedIn;
import dev.marque.platform.EventLoopDelay;
import dev.marque.platform.Settings;
import dev.marque.prediction.ApiContract;
import dev.marque.prediction.CorrectionRoutes;
import dev.marque.prediction.Corrections;
import dev.marque.prediction.EventBusInferenceClient;
import dev.marque.prediction.LiveNumbers;
import dev.marque.prediction.ModelDocument;
import dev.marque.prediction.PersonalPredictions;
import dev.marque.prediction.PhotoRetention;
import dev.marque.prediction.PredictionApi;
import dev.marque.prediction.PredictionLimits;
import dev.marque.prediction.PredictionRoutes;
import dev.marque.prediction.Predictions;
import dev.marque.prediction.SharedAllowances;
import dev.marque.prediction.Trash;
import dev.marque.web.Arrival;
import dev.marque.web.Assets;
import dev.marque.web.Bodies;
import dev.marque.web.CrossOrigin;
import dev.marque.web.Failures;
import dev.marque.web.Messages;
import dev.marque.web.OriginCheck;
import dev.marque.web.Pages;
import dev.marque.web.Proxies;
import dev.marque.web.PublicUrl;
import dev.marque.web.RequestLog;
import dev.marque.web.SecurityHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves pages and API, and runs their background tasks. */
final class WebNode {

  private static final Logger LOG = LoggerFactory.getLogger(WebNode.class);

  private final Vertx vertx;
  private final Settings settings;
  private final Clock clock;
  private final Pool pool;
  private final EventBusInferenceClient inference;
  private final MeterRegistry meters;

  private final AccountFeature accounts;
  private final Predictions predictions;
  private final PhotoRetention retention;
  private final Trash trash;
  private final LiveNumbers numbers;
  private final Assets assets = Assets.load();

  private List<Consumer<Router>> mounts = List.of();
  private int port;
  private Optional<String> setupPath = Optional.empty();

  /**
   * @param pool connections to the database, with an up-to-date schema
   * @param inference the client that classifies photos
   */
  WebNode(
      Vertx vertx,
      Settings settings,
      Clock clock,
      Pool pool,
      EventBusInferenceClient inference,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.settings = settings;
    this.clock = clock;
    this.pool = pool;
    this.inference = inference;
    this.meters = meters;
    accounts = new AccountFeature(vertx, settings, pool, clock, meters);
    predictions = new Predictions(pool, settings.photos().keep(), clock);
    retention = new PhotoRetention(vertx, predictions, settings.photos().days());
    trash = new Trash(vertx, pool);
    numbers = new LiveNumbers(vertx, meters, inference::nodes);
  }

  /**
   * Starts the node and returns once requests are accepted.
   *
   * @param resources stops it on close
   * @param beforeListening throws an exception to abort the start
   */
  void start(Resources resources, Listeners listeners, Runnable beforeListening) {
    if (!settings.portal().origins().isEmpty() && !PublicUrl.isHttps(settings.publicUrl())) {
      LOG.warn(
          "marque.portal.origins without an https marque.public-url: browsers send the session's"
              + " cookies over https only, except on localhost");
    }
    accounts.start().await();
    numbers.start();
    resources.add(numbers::close);
    Messages messages = new Messages();
    SecurityHeaders securityHeaders =
        new SecurityHeaders(settings.publicUrl(), settings.portal().origins());
    Pages pages =
        new Pages(
            messages,
            assets,
            settings.publicUrl(),
            settings.portal().origins(),
            settings.signup().enabled(),
            clock);
    Failures failures = new Failures(messages, pages, securityHeaders);
    mounts = mounts(messages, pages, securityHeaders, failures);

    beforeListening.run();
    EventLoopDelay delay = new EventLoopDelay(meters);
    WebVerticle.Address address =
        new WebVerticle.Address(settings.http().host(), settings.http().port());
    listeners.start(
        () -> new WebVerticle(address, mounts, failures::invalidRequest, delay),
        new DeploymentOptions().setInstances(VertxFactory.EVENT_LOOPS),
        "http");
    port = address.port();
    setupPath = accounts.setupPath().await();
    startCleanup(resources);
  }

  /**
   * Starts the cleanup last, so that none runs in a database that a failed start is about to close.
   */
  private void startCleanup(Resources resources) {
    accounts.startCleanup();
    resources.add(accounts::stopCleanup);
    retention.start();
    resources.add(retention::close);
    trash.start();
    resources.add(trash::close);
  }

  /** Returns what adds routes to a router, in the order in which requests pass the handlers. */
  private List<Consumer<Router>> mounts(
      Messages messages, Pages pages, SecurityHeaders securityHeaders, Failures failures) {
    Proxies proxies = new Proxies(settings.proxy().trusted());
    CrossOrigin crossOrigin = new CrossOrigin(settings.api().origins());
    OriginCheck originCheck =
        new OriginCheck(proxies, settings.publicUrl(), crossOrigin, settings.sso().header().name());
    SignedIn signedIn = accounts.signedIn(pages);
    List<PersonalData> personal = List.of(new PersonalPredictions(predictions));
    PredictionRoutes predictionRoutes = predictionRoutes(signedIn, pages, messages);
    return List.of(
        failures::mount,
        requestLog(),
        new Arrival(proxies, settings.publicUrl())::mount,
        securityHeaders::mount,
        assets::mount,
        crossOrigin::mount,
        originCheck::mount,
        // Early, because an overloaded server refuses most uploads.
        predictionRoutes::mountAdmission,
        new Bodies(PredictionApi.UPLOAD_PATHS, WebVerticle.TIMEOUT)::mount,
        // Before the sign-in, so that it is served without the database, too.
        new ApiContract(settings.publicUrl())::mount,
        signedIn::mount,
        router -> accounts.mount(router, signedIn, pages, messages, personal),
        predictionRoutes::mount,
        failures::mountUnmatched);
  }

  private PredictionRoutes predictionRoutes(SignedIn signedIn, Pages pages, Messages messages) {
    Corrections corrections = new Corrections(pool, clock);
    PredictionLimits limits =
        new PredictionLimits(
            settings.limits().predictionsPerMinute(),
            System::nanoTime,
            settings.clustered() ? new SharedAllowances(pool) : null);
    return new PredictionRoutes(
        vertx,
        settings,
        signedIn,
        pages,
        messages,
        predictions,
        trash,
        limits,
        inference,
        ModelDocument.read(settings.modelDir()),
        new CorrectionRoutes(signedIn, pages, corrections, accounts::recordCorrectionsExported),
        numbers,
        meters);
  }

  private Consumer<Router> requestLog() {
    Settings.LoggedRequests logged = settings.logs().requests();
    if (logged == Settings.LoggedRequests.NONE) {
      return router -> {};
    }
    return new RequestLog(
            logged == Settings.LoggedRequests.FAILURES,
            ctx -> SignedIn.find(ctx).map(user -> user.id().toString()).orElse(null))
        ::mount;
  }

  /** Adds every route to a router; called for the router of each event loop. */
  void mount(Router router) {
    mounts.forEach(mount -> mount.accept(router));
  }

  /** Returns the port of pages and API. */
  int port() {
    return port;
  }

  /**
   * Returns path and query of the page that creates the first administrator; empty if there is an
   * administrator.
   */
  Optional<String> setupPath() {
    return setupPath;
  }
}
