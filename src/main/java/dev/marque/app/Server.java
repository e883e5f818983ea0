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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole program, made from its settings: read {@link #start()} to see what it consists of.
 *
 * <p>Its methods block; they are for the main thread and a shutdown hook, not for event loops.
 */
public final class Server implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final Settings settings;
  private final Clock clock;

  private final Running running = new Running();

  private volatile String phase = "starting";

  /** Whether somebody wants it to stop, who waits until a start that is under way gives up. */
  private volatile boolean stopping;

  private volatile Optional<WebNode> web = Optional.empty();
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
    Listening.checkPorts(settings);
    if (settings.clustered()) {
      ClusterRules.check(settings);
    }
    Metrics metrics = running.add(new Metrics());
    Optional<Cluster> cluster = joinCluster();
    Vertx vertx = VertxFactory.make(settings, metrics, cluster);
    running.add(() -> VertxFactory.close(vertx));
    Listening listening = new Listening(vertx, settings, running);
    EventBusInferenceClient.registerCodecs(vertx);
    Health health = new Health();
    health.register("server", this::serving);
    startManagement(listening, health, metrics);
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
        client.discovered().await();
        startWeb(vertx, listening, database, client, metrics);
      }
      case INFERENCE -> undeployedAtTheEnd(vertx, startInference(vertx, node, metrics).await());
      case WEB -> {
        Database database = startDatabase(vertx, health);
        EventBusInferenceClient client = startClient(vertx, node, metrics, cluster, health);
        startWeb(vertx, listening, database, client, metrics);
      }
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
    Cluster cluster = running.add(Cluster.join(settings.cluster()));
    LOG.info("Node {} of a cluster of {}", cluster.node(), cluster.nodes().size());
    return Optional.of(cluster);
  }

  private Database startDatabase(Vertx vertx, Health health) {
    DatabaseAddress address = database();
    giveUpIfStopping();
    Migrations.run(address);
    giveUpIfStopping();
    Database database = Database.open(vertx, address);
    running.add(() -> database.close().await());
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
    running.add(() -> deployment.otherwiseEmpty().await());
    return deployment;
  }

  private EventBusInferenceClient startClient(
      Vertx vertx, String node, Metrics metrics, Optional<Cluster> cluster, Health health) {
    EventBusInferenceClient client =
        new EventBusInferenceClient(
            vertx, node, settings.limits().megapixels(), metrics.registry());
    client.start().await();
    running.add(() -> client.close().await());
    cluster.ifPresent(joined -> joined.onNodeLeft(client::lost));
    health.register("inference", client::check);
    return client;
  }

  private void startWeb(
      Vertx vertx,
      Listening listening,
      Database database,
      EventBusInferenceClient inference,
      Metrics metrics) {
    WebNode node =
        new WebNode(vertx, settings, clock, database.pool(), inference, metrics.registry());
    node.start(running, listening, this::giveUpIfStopping);
    web = Optional.of(node);
  }

  /**
   * Where people reach it, for example {@code http://localhost:8080}; of an inference node, where
   * its health is told.
   */
  public URI address() {
    if (settings.role() == Settings.NodeRole.INFERENCE) {
      return local(managementPort);
    }
    return settings.publicUrl().orElseGet(() -> local(port()));
  }

  /** Where the first administrator is made, as long as there is none. Good once, for a day. */
  public Optional<URI> setupLink() {
    return web.flatMap(WebNode::setupPath).map(path -> URI.create(address() + path));
  }

  /** Adds every route to a router, as each event loop has one. */
  void mount(Router router) {
    web.orElseThrow().mount(router);
  }

  /** The port of pages and API. */
  public int port() {
    return web.orElseThrow().port();
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
    running.close();
    if (served) {
      LOG.info("Stopped");
    }
  }

  private DatabaseAddress database() {
    if (settings.clustered()) {
      return settings.database().url().address();
    }
    DataDirectory data = running.add(DataDirectory.open(settings.dataDir()));
    return settings.database().url().isEmbedded()
        ? running.add(EmbeddedPostgres.start(data, () -> stopping)).address()
        : settings.database().url().address();
  }

  private void startManagement(Listening listening, Health health, Metrics metrics) {
    ManagementServer management =
        new ManagementServer(settings.http().host(), settings.management().port(), health, metrics);
    listening.start(() -> management, new DeploymentOptions(), "management");
    managementPort = management.actualPort();
  }

  private void undeployedAtTheEnd(Vertx vertx, String deployment) {
    running.add(() -> vertx.undeploy(deployment).await());
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
