package dev.marque.app;

import dev.marque.account.AccountFeature;
import dev.marque.account.PersonalData;
import dev.marque.account.SignedIn;
import dev.marque.platform.Cluster;
import dev.marque.platform.DataDirectory;
import dev.marque.platform.Database;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.EmbeddedPostgres;
import dev.marque.platform.EventLoopDelay;
import dev.marque.platform.Health;
import dev.marque.platform.ManagementServer;
import dev.marque.platform.Metrics;
import dev.marque.platform.Migrations;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import dev.marque.prediction.CorrectionRoutes;
import dev.marque.prediction.Corrections;
import dev.marque.prediction.EventBusInferenceClient;
import dev.marque.prediction.InferenceVerticle;
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
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.web.Arrival;
import dev.marque.web.Assets;
import dev.marque.web.Bodies;
import dev.marque.web.CrossOrigin;
import dev.marque.web.Failures;
import dev.marque.web.Messages;
import dev.marque.web.OriginCheck;
import dev.marque.web.Pages;
import dev.marque.web.Proxies;
import dev.marque.web.RequestLog;
import dev.marque.web.SecurityHeaders;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.web.Router;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.BindException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole program, made from its settings: read {@link #start()} to see what it consists of.
 *
 * <p>Its methods block; they are for the main thread and a shutdown hook, not for event loops.
 */
public final class Server implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private static final int EVENT_LOOPS = Math.max(2, Runtime.getRuntime().availableProcessors());

  private final Settings settings;
  private final Clock clock;

  /** What runs, the last started first: closing goes from the door to the cellar. */
  private final Deque<AutoCloseable> running = new ArrayDeque<>();

  private volatile String phase = "starting";

  /** Whether somebody wants it to stop, who waits until a start that is under way gives up. */
  private volatile boolean stopping;

  private volatile Optional<String> setupPath = Optional.empty();
  private volatile List<Consumer<Router>> rooms = List.of();
  private volatile int port;
  private volatile int managementPort;

  public Server(Settings settings) {
    this(settings, Clock.systemUTC());
  }

  /**
   * A server that goes by another clock.
   *
   * @param clock tells when tokens and sessions run out
   */
  Server(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Starts everything and returns when requests are answered.
   *
   * @throws StartFailure if something outside is not as it must be; nothing is left running
   */
  public synchronized void start() {
    long begin = System.nanoTime();
    try {
      startAll();
    } catch (Throwable e) {
      // A future that is awaited throws its cause undeclared, whatever that is.
      close();
      throw e;
    }
    phase = "";
    LOG.info(
        "Ready at {} after {} ms, health and metrics on port {}",
        address(),
        Duration.ofNanos(System.nanoTime() - begin).toMillis(),
        managementPort);
  }

  private void startAll() {
    refuseOnePortForTwo();
    if (settings.clustered()) {
      ClusterRules.check(settings);
    }
    Metrics metrics = closedAtTheEnd(new Metrics());
    Optional<Cluster> cluster = joinCluster();
    Vertx vertx = vertx(metrics, cluster);
    EventBusInferenceClient.registerCodecs(vertx);
    Health health = new Health();
    health.register("server", this::serving);
    startManagement(vertx, health, metrics);
    giveUpIfStopping();

    String node = cluster.map(Cluster::node).orElse("here");
    switch (settings.role()) {
      case ALL -> {
        // The model loads while the database starts: each takes about a second.
        Future<String> inference = startInference(vertx, node, metrics);
        Database database = startDatabase(vertx, health);
        undeployedAtTheEnd(vertx, inference.await());
        giveUpIfStopping();
        EventBusInferenceClient client = startClient(vertx, node, metrics, cluster, health);
        client.heard().await();
        startWeb(vertx, database, client, metrics);
      }
      case INFERENCE -> undeployedAtTheEnd(vertx, startInference(vertx, node, metrics).await());
      case WEB -> {
        Database database = startDatabase(vertx, health);
        startWeb(vertx, database, startClient(vertx, node, metrics, cluster, health), metrics);
      }
    }
  }

  /** The second to listen would take the first for another program. */
  private void refuseOnePortForTwo() {
    int wanted = settings.http().port();
    boolean both = settings.role() != Settings.NodeRole.INFERENCE;
    if (both && wanted != 0 && wanted == settings.management().port()) {
      throw new StartFailure(
          "marque.http.port and marque.management.port are both "
              + wanted
              + "; choose another port for one of them");
    }
  }

  private void giveUpIfStopping() {
    if (stopping) {
      throw new StartFailure("Told to stop while starting");
    }
  }

  private Optional<Cluster> joinCluster() {
    if (!settings.clustered()) {
      return Optional.empty();
    }
    Cluster cluster = closedAtTheEnd(Cluster.join(settings.cluster()));
    LOG.info("Node {} of a cluster of {}", cluster.node(), cluster.nodes().size());
    return Optional.of(cluster);
  }

  private Database startDatabase(Vertx vertx, Health health) {
    DatabaseAddress address = database();
    giveUpIfStopping();
    Migrations.run(address);
    giveUpIfStopping();
    Database database = Database.open(vertx, address);
    running.push(() -> database.close().await());
    health.register("database", database::check);
    return database;
  }

  private Future<String> startInference(Vertx vertx, String node, Metrics metrics) {
    PhotoLimits limits = PhotoLimits.megapixels(settings.limits().megapixels());
    Future<String> deployment =
        vertx.deployVerticle(
            new InferenceVerticle(
                node, settings.modelDir(), limits, settings.limits().queue(), metrics.registry()),
            new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName("inference")
                .setWorkerPoolSize(1));
    // Where the start fails meanwhile, the process must not end while libtorch is at work.
    running.push(() -> deployment.otherwiseEmpty().await());
    return deployment;
  }

  private EventBusInferenceClient startClient(
      Vertx vertx, String node, Metrics metrics, Optional<Cluster> cluster, Health health) {
    EventBusInferenceClient client =
        new EventBusInferenceClient(
            vertx, node, settings.limits().megapixels(), metrics.registry());
    client.start().await();
    running.push(() -> client.close().await());
    cluster.ifPresent(joined -> joined.onNodeLeft(client::lost));
    health.register("inference", client::check);
    return client;
  }

  private void startWeb(
      Vertx vertx, Database database, EventBusInferenceClient inference, Metrics metrics) {
    AccountFeature accounts =
        new AccountFeature(vertx, settings, database.pool(), clock, metrics.registry());
    accounts.start().await();

    Predictions predictions = new Predictions(database.pool(), settings.photos().keep(), clock);
    PhotoRetention retention = new PhotoRetention(vertx, predictions, settings.photos().days());
    Trash trash = new Trash(vertx, database.pool());
    Corrections corrections = new Corrections(database.pool(), clock);
    PredictionLimits limits =
        new PredictionLimits(
            settings.limits().predictionsPerMinute(),
            System::nanoTime,
            settings.clustered() ? new SharedAllowances(database.pool()) : null);
    LiveNumbers numbers = new LiveNumbers(vertx, metrics.registry(), inference::nodes);
    numbers.start();
    running.push(numbers::close);
    mountRooms(
        vertx, accounts, predictions, trash, corrections, limits, inference, numbers, metrics);
    setupPath = accounts.setupPath().await();

    // Last, so that nothing is under way in a database which a failed start takes away again.
    accounts.startCleaning();
    running.push(accounts::stopCleaning);
    retention.start();
    running.push(retention::close);
    trash.start();
    running.push(trash::close);
  }

  /** Pages and API: the order of the rooms is the order in which a request passes them. */
  private void mountRooms(
      Vertx vertx,
      AccountFeature accounts,
      Predictions predictions,
      Trash trash,
      Corrections corrections,
      PredictionLimits limits,
      EventBusInferenceClient inference,
      LiveNumbers numbers,
      Metrics metrics) {
    Messages messages = new Messages();
    Assets assets = Assets.load();
    Proxies proxies = new Proxies(settings.proxy().trusted());
    List<URI> portals = settings.portal().origins();
    SecurityHeaders securityHeaders = new SecurityHeaders(settings.publicUrl(), portals);
    Pages pages =
        new Pages(
            messages, assets, settings.publicUrl(), portals, settings.signup().enabled(), clock);
    CrossOrigin crossOrigin = new CrossOrigin(settings.api().origins());
    Failures failures = new Failures(messages, pages, securityHeaders);
    SignedIn signedIn = accounts.signedIn(pages);
    List<PersonalData> personal = List.of(new PersonalPredictions(predictions));
    PredictionRoutes predictionRoutes =
        new PredictionRoutes(
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
            new CorrectionRoutes(signedIn, pages, corrections, accounts::noteCorrectionsExported),
            numbers,
            metrics.registry());
    rooms =
        List.of(
            requestLog(),
            new Arrival(proxies, settings.publicUrl())::mount,
            securityHeaders::mount,
            assets::mount,
            crossOrigin::mount,
            new OriginCheck(
                    proxies, settings.publicUrl(), crossOrigin, settings.sso().header().name())
                ::mount,
            new Bodies(PredictionApi.UPLOAD_PATHS, WebVerticle.PATIENCE)::mount,
            signedIn::mount,
            router -> accounts.mount(router, signedIn, pages, messages, personal),
            predictionRoutes::mount,
            failures::mount);
    giveUpIfStopping();

    EventLoopDelay delay = new EventLoopDelay(metrics.registry());
    WebVerticle.Address address =
        new WebVerticle.Address(settings.http().host(), settings.http().port());
    listen(
        vertx,
        () -> new WebVerticle(address, rooms, failures::invalidRequest, delay),
        new DeploymentOptions().setInstances(EVENT_LOOPS),
        "http");
    port = address.port();
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

  /**
   * Where people reach it, for example {@code http://localhost:8080}; of an inference node, where
   * its health is told.
   */
  public URI address() {
    if (settings.role() == Settings.NodeRole.INFERENCE) {
      return local(managementPort);
    }
    return settings.publicUrl().orElseGet(() -> local(port));
  }

  /** Where the first administrator is made, as long as there is none. Good once, for a day. */
  public Optional<URI> setupLink() {
    return setupPath.map(path -> URI.create(address() + path));
  }

  /** Adds every route to a router, as each event loop has one. */
  void mount(Router router) {
    rooms.forEach(room -> room.accept(router));
  }

  /** The port of pages and API. */
  public int port() {
    return port;
  }

  /** The port of health and metrics. */
  public int managementPort() {
    return managementPort;
  }

  /** Takes no new work, lets what runs end, and stops everything. May be called more than once. */
  @Override
  public void close() {
    stopping = true;
    closeAll();
  }

  private synchronized void closeAll() {
    boolean served = phase.isEmpty();
    phase = "stopping";
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        LOG.warn("Not everything stopped as it should: {}", e.toString(), e);
      }
    }
    if (served) {
      LOG.info("Stopped");
    }
  }

  private <T extends AutoCloseable> T closedAtTheEnd(T resource) {
    running.push(resource);
    return resource;
  }

  private DatabaseAddress database() {
    if (settings.clustered()) {
      return settings.database().url().address();
    }
    DataDirectory data = closedAtTheEnd(DataDirectory.open(settings.dataDir()));
    return settings.database().url().isEmbedded()
        ? closedAtTheEnd(EmbeddedPostgres.start(data)).address()
        : settings.database().url().address();
  }

  private Vertx vertx(Metrics metrics, Optional<Cluster> cluster) {
    MicrometerMetricsOptions options =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setLabels(
                EnumSet.of(
                    Label.LOCAL,
                    Label.HTTP_METHOD,
                    Label.HTTP_CODE,
                    Label.HTTP_ROUTE,
                    Label.EB_ADDRESS,
                    Label.POOL_TYPE,
                    Label.POOL_NAME))
            .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
            .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT);
    VertxOptions vertxOptions =
        new VertxOptions()
            .setEventLoopPoolSize(EVENT_LOOPS)
            .setMetricsOptions(options)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    cluster.ifPresent(joined -> vertxOptions.setEventBusOptions(joined.eventBus()));
    VertxBuilder builder =
        Vertx.builder()
            .with(vertxOptions)
            .withMetrics(new MicrometerMetricsFactory(metrics.registry()));
    Vertx vertx = cluster.map(joined -> clustered(builder, joined)).orElseGet(builder::build);
    running.push(() -> vertx.close().await());
    return vertx;
  }

  private Vertx clustered(VertxBuilder builder, Cluster cluster) {
    try {
      return builder.withClusterManager(cluster.manager()).buildClustered().await();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new StartFailure(
          "The event bus cannot listen on port "
              + settings.cluster().eventBusPort()
              + " of "
              + settings.cluster().host()
              + " ("
              + e.getMessage()
              + "); correct marque.cluster.event-bus-port or marque.cluster.host",
          e);
    }
  }

  private void startManagement(Vertx vertx, Health health, Metrics metrics) {
    ManagementServer management =
        new ManagementServer(settings.http().host(), settings.management().port(), health, metrics);
    listen(vertx, () -> management, new DeploymentOptions(), "management");
    managementPort = management.actualPort();
  }

  private void undeployedAtTheEnd(Vertx vertx, String deployment) {
    running.push(() -> vertx.undeploy(deployment).await());
  }

  /** Deploys a server; {@code server} is its name in the settings. */
  private void listen(
      Vertx vertx, Supplier<Deployable> verticle, DeploymentOptions options, String server) {
    try {
      undeployedAtTheEnd(vertx, vertx.deployVerticle(verticle, options).await());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw cannotListen(server, e);
    }
  }

  private StartFailure cannotListen(String server, Exception e) {
    boolean management = server.equals("management");
    int wanted = management ? settings.management().port() : settings.http().port();
    String where = "port " + wanted + " of " + settings.http().host();
    if (e instanceof BindException && String.valueOf(e.getMessage()).contains("in use")) {
      return new StartFailure(
          "Another program already listens on "
              + where
              + "; stop it, or choose another port by marque."
              + server
              + ".port",
          e);
    }
    if (e instanceof SocketException || e instanceof UnknownHostException) {
      return new StartFailure(
          "Cannot listen on "
              + where
              + " ("
              + e.getMessage()
              + "); correct marque.http.host or marque."
              + server
              + ".port",
          e);
    }
    return new StartFailure("Cannot start: " + e, e);
  }

  private Future<Void> serving() {
    return phase.isEmpty() ? Future.succeededFuture() : Future.failedFuture(phase);
  }

  private URI local(int port) {
    String host = settings.http().host();
    return URI.create("http://" + (isThisMachine(host) ? "localhost" : host) + ":" + port);
  }

  private static boolean isThisMachine(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
