package dev.marque.prediction;

import dev.marque.platform.RequestContext;
import dev.marque.platform.Settings.LoggedRequests;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.PhotoLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the network for requests on the event bus, and announces its free capacity there. Deploy it
 * as a worker verticle, since loading the model blocks. It has started once the model has
 * classified a warm-up photo.
 */
public final class InferenceVerticle extends VerticleBase {

  /** Address prefix for {@link ClassifyRequest}s, followed by the node's name. */
  static final String ADDRESS = "inference.classify.";

  /** Address for the {@link ClassifyRequest#call} of requests to cancel. */
  static final String CANCEL = "inference.forget";

  /** Address for {@link NodeAnnouncement}s. */
  static final String NODES = "inference.nodes";

  /** Address for requests to all nodes to announce themselves. */
  static final String ANNOUNCE = "inference.who";

  private static final Logger LOG = LoggerFactory.getLogger(InferenceVerticle.class);
  private static final Duration ANNOUNCEMENT_INTERVAL = Duration.ofMillis(250);

  private final String node;
  private final Path modelFolder;
  private final PhotoLimits limits;
  private final int queue;
  private final LoggedRequests logged;
  private final MeterRegistry metrics;
  private @Nullable PhotoPipeline pipeline;
  private long announcing = -1;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  /**
   * @param node the id of this node
   * @param modelFolder folder with model.json, network.json and weights.safetensors
   * @param queue maximum number of photos on this node, queued and in progress
   * @param logged which photos to log; failures are photos that were refused or failed
   */
  public InferenceVerticle(
      String node,
      Path modelFolder,
      PhotoLimits limits,
      int queue,
      LoggedRequests logged,
      MeterRegistry metrics) {
    this.node = node;
    this.modelFolder = modelFolder;
    this.limits = limits;
    this.queue = queue;
    this.logged = logged;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    long begin = System.nanoTime();
    Recognizer loaded = Recognizer.load(modelFolder);
    PhotoPipeline started =
        new PhotoPipeline(loaded, limits, queue, System::currentTimeMillis, metrics);
    pipeline = started;
    String model = loaded.model().name();
    LOG.info(
        "Model {} ready after {} ms, input {}, {}",
        model,
        (System.nanoTime() - begin) / 1_000_000,
        loaded.model().input(),
        loaded.precision());
    listen(ADDRESS + node, (Message<ClassifyRequest> message) -> classify(started, message));
    listen(CANCEL, (Message<String> message) -> started.cancel(UUID.fromString(message.body())));
    listen(ANNOUNCE, message -> announce(started, model));
    announcing =
        vertx.setPeriodic(0, ANNOUNCEMENT_INTERVAL.toMillis(), timer -> announce(started, model));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
  }

  private <T> void listen(String address, Handler<Message<T>> handler) {
    consumers.add(vertx.eventBus().consumer(address, handler));
  }

  private void announce(PhotoPipeline started, String model) {
    NodeAnnouncement announcement =
        new NodeAnnouncement(node, model, started.free(), started.largestShare());
    vertx.eventBus().publish(NODES, announcement.toJson());
  }

  private void classify(PhotoPipeline pipeline, Message<ClassifyRequest> message) {
    String requestId = message.body().requestId();
    RequestContext.enter(requestId);
    long begin = System.nanoTime();
    pipeline
        .classify(message.body())
        .onSuccess(
            inference -> {
              message.reply(inference);
              if (logged == LoggedRequests.ALL) {
                log(requestId, begin, inference.recognition().verdict().code());
              }
            })
        .onFailure(
            failure -> {
              if (failure instanceof RefusedException refused) {
                message.fail(refused.refusal().code(), refused.refusal().name());
                if (logged != LoggedRequests.NONE) {
                  log(requestId, begin, refused.refusal().tag());
                }
              } else {
                message.fail(500, "Inference failed");
                if (logged != LoggedRequests.NONE) {
                  log(requestId, begin, PhotoPipeline.DEFECT);
                }
              }
            });
  }

  /** Adds the request id explicitly, since the threads that classify have no request context. */
  private static void log(String requestId, long begin, String outcome) {
    LOG.atInfo()
        .addKeyValue(RequestContext.LOGGED_AS, requestId)
        .addKeyValue("outcome", outcome)
        .addKeyValue("ms", (System.nanoTime() - begin) / 1_000_000)
        .log("photo answered");
  }

  @Override
  public Future<?> stop() {
    // Comes first, since another announcement would attract new photos.
    vertx.cancelTimer(announcing);
    if (pipeline != null) {
      vertx.eventBus().publish(NODES, NodeAnnouncement.stopping(node).toJson());
    }
    Future<?> unregistered =
        Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    return unregistered.onComplete(
        ignored -> {
          if (pipeline != null) {
            pipeline.close();
          }
        });
  }
}
