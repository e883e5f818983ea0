package dev.marque.app;

import dev.marque.platform.Cluster;
import dev.marque.platform.DataDirectory;
import dev.marque.platform.Database;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.EmbeddedPostgres;
import dev.marque.platform.Health;
import dev.marque.platform.ManagementServer;
import dev.marque.platform.Metrics;
import dev.marque.platform.Migrations;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import dev.marque.prediction.EventBusInferenceClient;
import dev.marque.prediction.InferenceVerticle;
import dev.marque.vision.photo.PhotoLimits;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete server, built from its settings: read {@link #start()} to see what it consists of.
 *
 * <p>Its methods block: call them from the main thread or a shutdown hook, not from an event loop.
 */
public final class Server implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final Settings settings;
  private final Clock clock;

  private final Resources resources = new Resources();

  private volatile String phase = "starting";

  /** Whether {@link #close} was called; a start in progress then aborts. */
  private volatile boolean stopping;

  /** Opens once the server cannot continue. */
  private final CountDownLatch failed = new CountDownLatch(1);

  private volatile Optional<WebNode> web = Optional.empty();
  private volatile int managementPort;

  public Server(Settings settings) {
    this(settings, Clock.systemUTC());
  }

  /**
   * Creates a server with another clock.
   *
   * @param clock determines when tokens and sessions expire
   */
  Server(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Starts everything and returns once requests are accepted.
   *
   * @throws StartFailure if the environment does not permit the start; everything already started
   *     is closed
   */
  public synchronized void start() {
    long begin = System.nanoTime();
    try {
      startAll();
    } catch (Throwable e) {
      // Future.await throws any cause undeclared.
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
    Listeners.checkPorts(settings);
    if (settings.clustered()) {
      ClusterRules.check(settings);
    }
    Metrics metrics = resources.add(new Metrics());
    Optional<Cluster> cluster = joinCluster();
    Vertx vertx = VertxFactory.create(settings, metrics, cluster);
    resources.add(() -> VertxFactory.close(vertx));
    Listeners listeners = new Listeners(vertx, settings, resources);
    EventBusInferenceClient.registerCodecs(vertx);
    Health health = new Health(metrics.registry());
    health.register("server", this::serving);
    startManagement(listeners, health, metrics);
    abortIfStopping();

    String node = cluster.map(Cluster::node).orElse("here");
    switch (settings.role()) {
      case ALL -> {
        // The model loads while database and pages start: each takes seconds on a slow machine.
        Future<String> inference = startInference(vertx, node, metrics);
        Database database = startDatabase(vertx, health);
        EventBusInferenceClient client = startClient(vertx, node, metrics, cluster, health);
        Runnable awaitInference =
            () -> {
              undeployOnClose(vertx, inference.await());
              client.discovered().await();
            };
        startWeb(vertx, listeners, database, client, metrics, awaitInference);
      }
      case INFERENCE -> undeployOnClose(vertx, startInference(vertx, node, metrics).await());
      case WEB -> {
        Database database = startDatabase(vertx, health);
        EventBusInferenceClient client = startClient(vertx, node, metrics, cluster, health);
        startWeb(vertx, listeners, database, client, metrics, () -> {});
      }
    }
    abortIfStopping();
  }

  private void abortIfStopping() {
    if (stopping) {
      throw new StartFailure("Stopped while starting");
    }
  }

  private Optional<Cluster> joinCluster() {
    if (!settings.clustered()) {
      return Optional.empty();
    }
    Cluster cluster = resources.add(Cluster.join(settings.cluster()));
    LOG.info("Node {} of a cluster of {}", cluster.node(), cluster.nodes().size());
    return Optional.of(cluster);
  }

  private Database startDatabase(Vertx vertx, Health health) {
    DatabaseAddress address = database();
    abortIfStopping();
    Migrations.run(address);
    abortIfStopping();
    Database database = Database.open(vertx, address);
    resources.add(() -> database.close().await());
    health.register("database", database::check);
    return database;
  }

  private Future<String> startInference(Vertx vertx, String node, Metrics metrics) {
    PhotoLimits limits = PhotoLimits.megapixels(settings.limits().megapixels());
    Future<String> deployment =
        vertx.deployVerticle(
            new InferenceVerticle(
                node,
                settings.modelDir(),
                limits,
                settings.limits().queue(),
                settings.logs().requests(),
                metrics.registry()),
            new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName("inference")
                .setWorkerPoolSize(1));
    // If the start fails in the meantime, the process must not exit while libtorch is running.
    resources.add(() -> deployment.otherwiseEmpty().await());
    return deployment;
  }

  private EventBusInferenceClient startClient(
      Vertx vertx, String node, Metrics metrics, Optional<Cluster> cluster, Health health) {
    EventBusInferenceClient client =
        new EventBusInferenceClient(
            vertx, node, settings.limits().megapixels(), metrics.registry());
    client.start().await();
    resources.add(() -> client.close().await());
    cluster.ifPresent(joined -> joined.onNodeLeft(client::lost));
    health.register("inference", client::check);
    return client;
  }

  private void startWeb(
      Vertx vertx,
      Listeners listeners,
      Database database,
      EventBusInferenceClient inference,
      Metrics metrics,
      Runnable beforeListening) {
    WebNode node =
        new WebNode(vertx, settings, clock, database.pool(), inference, metrics.registry());
    node.start(
        resources,
        listeners,
        () -> {
          beforeListening.run();
          abortIfStopping();
        });
    web = Optional.of(node);
  }

  /**
   * Returns the public address, for example {@code http://localhost:8080}; for an inference node,
   * that of its management port.
   */
  public URI address() {
    if (settings.role() == Settings.NodeRole.INFERENCE) {
      return local(managementPort);
    }
    return settings.publicUrl().orElseGet(() -> local(port()));
  }

  /**
   * Returns the link that creates the first administrator, valid once, for a day; empty if there is
   * an administrator.
   */
  public Optional<URI> setupLink() {
    return web.flatMap(WebNode::setupPath).map(path -> URI.create(address() + path));
  }

  /** Waits until the server cannot continue. The reason was logged; only a new start helps. */
  public void awaitFailure() throws InterruptedException {
    failed.await();
  }

  /** Returns whether the server cannot continue. */
  public boolean hasFailed() {
    return failed.getCount() == 0;
  }

  /** Adds every route to a router; called for the router of each event loop. */
  void mount(Router router) {
    web.orElseThrow().mount(router);
  }

  /** Returns the port of pages and API. */
  public int port() {
    return web.orElseThrow().port();
  }

  /** Returns the port of health and metrics. */
  public int managementPort() {
    return managementPort;
  }

  /**
   * Accepts no new requests, lets running ones complete for a bounded time, and stops everything.
   * May be called more than once.
   */
  @Override
  public void close() {
    stopping = true;
    closeAll();
  }

  private synchronized void closeAll() {
    boolean served = phase.isEmpty();
    phase = "stopping";
    resources.close();
    if (served) {
      LOG.info("Stopped");
    }
  }

  private DatabaseAddress database() {
    if (settings.clustered()) {
      return settings.database().url().address();
    }
    DataDirectory data = resources.add(DataDirectory.open(settings.dataDir()));
    if (!settings.database().url().isEmbedded()) {
      return settings.database().url().address();
    }
    EmbeddedPostgres postgres = resources.add(EmbeddedPostgres.start(data, () -> stopping));
    postgres.onEnd(() -> databaseEnded(data));
    return postgres.address();
  }

  private void databaseEnded(DataDirectory data) {
    if (!stopping) {
      LOG.error(
          "The embedded database has ended unexpectedly; start Marque again, and if it does not"
              + " start, see {}",
          data.path().resolve("postgres.log"));
      failed.countDown();
    }
  }

  private void startManagement(Listeners listeners, Health health, Metrics metrics) {
    ManagementServer management =
        new ManagementServer(settings.http().host(), settings.management().port(), health, metrics);
    listeners.start(() -> management, new DeploymentOptions(), "management");
    managementPort = management.actualPort();
  }

  private void undeployOnClose(Vertx vertx, String deployment) {
    resources.add(() -> vertx.undeploy(deployment).await());
  }

  private Future<Void> serving() {
    return phase.isEmpty() ? Future.succeededFuture() : Future.failedFuture(phase);
  }

  private URI local(int port) {
    return local(settings.http().host(), port);
  }

  static URI local(String host, int port) {
    String reachable = isThisMachine(host) ? "localhost" : host;
    // An IPv6 address has colons of its own.
    boolean bare = reachable.contains(":") && !reachable.startsWith("[");
    return URI.create("http://" + (bare ? "[" + reachable + "]" : reachable) + ":" + port);
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
