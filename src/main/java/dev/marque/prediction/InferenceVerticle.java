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
 * Runs the network for whoever asks for this node on the event bus, and announces there how much
 * room it has. To be deployed as a worker, since loading the model blocks; it has started when the
 * model has answered a warm-up photo.
 */
public final class InferenceVerticle extends VerticleBase {

  /** Where {@link ClassifyRequest}s go, with a node's name behind it. */
  static final String ADDRESS = "inference.classify.";

  /** Where the {@link ClassifyRequest#call} goes whose answer nobody waits for any more. */
  static final String FORGET = "inference.forget";

  /** Where {@link NodeAnnouncement}s go. */
  static final String NODES = "inference.nodes";

  /** Where everybody is asked for one. */
  static final String WHO = "inference.who";

  private static final Logger LOG = LoggerFactory.getLogger(InferenceVerticle.class);
  private static final Duration ANNOUNCED_EVERY = Duration.ofMillis(250);

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
   * @param node the name by which this one is asked
   * @param modelFolder with model.json, network.json and weights.safetensors
   * @param queue photos waiting or in work at a time
   * @param logged photos of which the log has an entry; a failure is one that was refused
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
        "model {} answers after {} ms, input {}, {}",
        model,
        (System.nanoTime() - begin) / 1_000_000,
        loaded.model().input(),
        loaded.precision());
    listen(ADDRESS + node, (Message<ClassifyRequest> message) -> classify(started, message));
    listen(FORGET, (Message<String> message) -> started.forget(UUID.fromString(message.body())));
    listen(WHO, asked -> announce(started, model));
    announcing =
        vertx.setPeriodic(0, ANNOUNCED_EVERY.toMillis(), timer -> announce(started, model));
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
                message.fail(500, "the inference failed");
              }
            });
  }

  /** Names the request itself, since the threads that classify belong to no request. */
  private static void log(String requestId, long begin, String outcome) {
    LOG.atInfo()
        .addKeyValue(RequestContext.LOGGED_AS, requestId)
        .addKeyValue("outcome", outcome)
        .addKeyValue("ms", (System.nanoTime() - begin) / 1_000_000)
        .log("classified");
  }

  @Override
  public Future<?> stop() {
    // First, since what it announces once more would bring new photos here.
    vertx.cancelTimer(announcing);
    if (pipeline != null) {
      vertx.eventBus().publish(NODES, NodeAnnouncement.stopping(node).toJson());
    }
    Future<?> silent = Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    return silent.onComplete(
        ignored -> {
          if (pipeline != null) {
            pipeline.close();
          }
        });
  }
}
