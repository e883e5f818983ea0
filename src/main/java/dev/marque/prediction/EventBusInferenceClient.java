package dev.marque.prediction;

import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.UUID;

/** Asks an {@link InferenceVerticle} on the event bus. */
public final class EventBusInferenceClient implements InferenceClient {

  /** Nobody looks at an answer later than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Vertx vertx;
  private final int megapixels;

  /**
   * @param vertx whose event bus is used; one client a Vert.x
   * @param megapixels the limit, for the sentence to whoever is over it
   */
  public EventBusInferenceClient(Vertx vertx, int megapixels) {
    this.vertx = vertx;
    this.megapixels = megapixels;
  }

  /** Teaches the event bus how photos and answers travel; before the first use, once a Vert.x. */
  public static void registerCodecs(Vertx vertx) {
    InferenceCodecs.register(vertx.eventBus());
  }

  @Override
  public Future<Inference> classify(Buffer photo, Caller caller) {
    UUID call = Ids.next();
    ClassifyRequest request =
        new ClassifyRequest(
            photo,
            System.currentTimeMillis() + PATIENCE.toMillis(),
            call,
            caller.user().id(),
            caller.requestId());
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(PATIENCE.toMillis());
    Future<Message<Inference>> answer =
        vertx.eventBus().request(InferenceVerticle.ADDRESS, request, options);
    caller.gone().onSuccess(gone -> forget(call, answer));
    return answer.map(Message::body).recover(failure -> Future.failedFuture(translate(failure)));
  }

  /** Tells all nodes, since it costs nothing where the photo is not. */
  private void forget(UUID call, Future<?> answer) {
    if (!answer.isComplete()) {
      vertx.eventBus().publish(InferenceVerticle.FORGET, call.toString());
    }
  }

  private Throwable translate(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      return switch (reply.failureType()) {
        case NO_HANDLERS -> new Failure.Unavailable("model-not-ready", Duration.ofSeconds(5));
        case TIMEOUT -> new Failure.Unavailable("busy", Duration.ofSeconds(5));
        case RECIPIENT_FAILURE ->
            Refusal.ofCode(reply.failureCode())
                .<Throwable>map(refusal -> refusal.failure(megapixels))
                .orElse(failure);
        case ERROR -> failure;
      };
    }
    return failure;
  }
}
