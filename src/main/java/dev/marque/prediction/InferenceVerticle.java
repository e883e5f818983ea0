package dev.marque.prediction;

import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.PhotoLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the network for whoever asks at {@link #ADDRESS} on the event bus. To be deployed as a
 * worker, since loading the model blocks; it has started when the model has answered a warm-up
 * photo.
 */
public final class InferenceVerticle extends VerticleBase {

  /** Where {@link ClassifyRequest}s go. */
  public static final String ADDRESS = "inference.classify";

  /** Where the {@link ClassifyRequest#call} goes whose answer nobody waits for any more. */
  static final String FORGET = "inference.forget";

  private static final Logger LOG = LoggerFactory.getLogger(InferenceVerticle.class);

  private final Path modelFolder;
  private final PhotoLimits limits;
  private final int queue;
  private final MeterRegistry metrics;
  private @Nullable Batcher batcher;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  /**
   * @param modelFolder with model.json, network.json and weights.safetensors
   * @param queue photos waiting or in work at a time
   */
  public InferenceVerticle(Path modelFolder, PhotoLimits limits, int queue, MeterRegistry metrics) {
    this.modelFolder = modelFolder;
    this.limits = limits;
    this.queue = queue;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    long begin = System.nanoTime();
    Recognizer loaded = Recognizer.load(modelFolder);
    Batcher started = new Batcher(loaded, limits, queue, System::currentTimeMillis, metrics);
    batcher = started;
    LOG.info(
        "model {} answers after {} ms, input {}, {}",
        loaded.model().name(),
        (System.nanoTime() - begin) / 1_000_000,
        loaded.model().input(),
        loaded.precision());
    listen(ADDRESS, (Message<ClassifyRequest> message) -> classify(started, message));
    listen(FORGET, (Message<String> message) -> started.forget(UUID.fromString(message.body())));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
  }

  private <T> void listen(String address, Handler<Message<T>> handler) {
    consumers.add(vertx.eventBus().consumer(address, handler));
  }

  private static void classify(Batcher batcher, Message<ClassifyRequest> message) {
    batcher
        .classify(message.body())
        .onSuccess(message::reply)
        .onFailure(
            failure -> {
              if (failure instanceof RefusedException refused) {
                message.fail(refused.refusal().code(), refused.refusal().name());
                LOG.debug("request {}: {}", message.body().requestId(), refused.refusal());
              } else {
                message.fail(500, "the inference failed");
              }
            });
  }

  @Override
  public Future<?> stop() {
    Future<?> silent = Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    return silent.onComplete(
        ignored -> {
          if (batcher != null) {
            batcher.close();
          }
        });
  }
}
