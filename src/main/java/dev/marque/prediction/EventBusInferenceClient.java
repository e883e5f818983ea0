package dev.marque.prediction;

import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an {@link InferenceVerticle} on the event bus: the one that seems to have most room, here or
 * on another node. Where that one is full, stops or is lost before it has answered, another one is
 * asked, once. Safe on every thread.
 */
public final class EventBusInferenceClient implements InferenceClient {

  private static final Logger LOG = LoggerFactory.getLogger(EventBusInferenceClient.class);

  /** Nobody looks at an answer later than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A photo of a few hundred kilobytes arrives in less over most lines. */
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final int megapixels;
  private final InferenceNodes nodes;
  private final NodeDiscovery discovery;
  private final Counter askedAgain;
  private final Map<String, Set<Attempt>> attempts = new ConcurrentHashMap<>();

  /** One photo at one node; completed on the context that asked. */
  private record Attempt(Context context, Promise<Inference> answer) {

    void lost() {
      context.runOnContext(now -> answer.tryFail(new NodeLostException()));
    }
  }

  /** A node that will not answer any more. */
  private static final class NodeLostException extends Exception {
    private static final long serialVersionUID = 1;

    NodeLostException() {
      super("the inference node is gone", null, false, false);
    }
  }

  /**
   * @param vertx whose event bus is used; one client a Vert.x
   * @param here the name of this process, by which its own node announces itself
   * @param megapixels the limit, for the sentence to whoever is over it
   */
  public EventBusInferenceClient(Vertx vertx, String here, int megapixels, MeterRegistry metrics) {
    this.vertx = vertx;
    this.megapixels = megapixels;
    this.nodes = new InferenceNodes(here, System::nanoTime);
    this.discovery = new NodeDiscovery(vertx, here, nodes, metrics, this::askElsewhere);
    this.askedAgain =
        Counter.builder("marque.inference.asked.again")
            .description("Photos for which a second node was asked")
            .register(metrics);
  }

  /** Teaches the event bus how photos and answers travel; before the first use, once a Vert.x. */
  public static void registerCodecs(Vertx vertx) {
    InferenceCodecs.register(vertx.eventBus());
  }

  /** Begins to listen to the nodes, and asks all to announce themselves. */
  public Future<Void> start() {
    return discovery.start();
  }

  /** Completes when the first node was heard of. */
  public Future<Void> heard() {
    return discovery.heard();
  }

  /** The nodes that may be asked, by their names. */
  public List<KnownNode> nodes() {
    return nodes.all();
  }

  /** For the health of this process: fails while there is no node to ask. */
  public Future<Void> check() {
    return nodes.isEmpty()
        ? Future.failedFuture("no inference node has announced itself")
        : Future.succeededFuture();
  }

  /** Stops listening. */
  public Future<Void> close() {
    return discovery.close();
  }

  /** A node is gone: what it was asked is asked elsewhere. */
  public void lost(String node) {
    discovery.lost(node);
  }

  private void askElsewhere(String lost) {
    Set<Attempt> orphans = attempts.remove(lost);
    if (orphans != null) {
      LOG.warn("{} photos are asked about elsewhere", orphans.size());
      orphans.forEach(Attempt::lost);
    }
  }

  @Override
  public Future<Runnable> reserve(UUID account) {
    if (!nodes.reserve(account)) {
      return Future.failedFuture(noRoom().failure(megapixels));
    }
    AtomicBoolean kept = new AtomicBoolean(true);
    Runnable release =
        () -> {
          if (kept.getAndSet(false)) {
            nodes.release(account);
          }
        };
    long timer = vertx.setTimer(KEPT.toMillis(), late -> release.run());
    return Future.succeededFuture(
        () -> {
          vertx.cancelTimer(timer);
          release.run();
        });
  }

  private Refusal noRoom() {
    return nodes.isEmpty() ? Refusal.STOPPING : Refusal.BUSY;
  }

  @Override
  public Future<Inference> classify(Buffer photo, Caller caller) {
    ClassifyRequest request =
        new ClassifyRequest(
            photo,
            System.currentTimeMillis() + PATIENCE.toMillis(),
            Ids.next(),
            caller.user().id(),
            caller.requestId());
    Future<Inference> answer =
        ask(request, null).recover(failure -> Future.failedFuture(translate(failure)));
    caller.gone().onSuccess(gone -> forget(request.call(), answer));
    return answer;
  }

  /** Tells all nodes, since it costs nothing where the photo is not. */
  private void forget(UUID call, Future<?> answer) {
    if (!answer.isComplete()) {
      vertx.eventBus().publish(InferenceVerticle.FORGET, call.toString());
    }
  }

  /**
   * @param before the node that was asked before, or null
   */
  private Future<Inference> ask(ClassifyRequest request, @Nullable String before) {
    long left = request.deadline() - System.currentTimeMillis();
    if (left <= 0) {
      return Future.failedFuture(new RefusedException(Refusal.TOO_LATE));
    }
    Optional<String> chosen = nodes.choose(request.account(), before);
    if (chosen.isEmpty()) {
      return Future.failedFuture(new RefusedException(noRoom()));
    }
    String node = chosen.get();
    return send(node, request, left)
        .recover(
            failure -> {
              if (before != null || !isForAnother(failure)) {
                return Future.failedFuture(failure);
              }
              askedAgain.increment();
              return ask(request, node);
            });
  }

  private Future<Inference> send(String node, ClassifyRequest request, long left) {
    Promise<Inference> answer = Promise.promise();
    Attempt attempt = new Attempt(vertx.getOrCreateContext(), answer);
    attempts.computeIfAbsent(node, name -> ConcurrentHashMap.newKeySet()).add(attempt);
    if (!nodes.knows(node)) {
      // It was lost in between, when this attempt was not yet there to be told.
      attempt.lost();
    }
    vertx
        .eventBus()
        .<Inference>request(
            InferenceVerticle.ADDRESS + node, request, new DeliveryOptions().setSendTimeout(left))
        .onSuccess(message -> answer.tryComplete(message.body()))
        .onFailure(answer::tryFail);
    return answer
        .future()
        .onComplete(
            done -> {
              nodes.answered(node, request.account());
              Set<Attempt> here = attempts.get(node);
              if (here != null) {
                here.remove(attempt);
              }
            });
  }

  /** Whether another node may do better: this one is full, stops, or is gone. */
  private static boolean isForAnother(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      return reply.failureType() == ReplyFailure.NO_HANDLERS
          || reply.failureCode() == Refusal.BUSY.code()
          || reply.failureCode() == Refusal.STOPPING.code();
    }
    return failure instanceof NodeLostException;
  }

  private Throwable translate(Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return refused.refusal().failure(megapixels);
    }
    if (failure instanceof NodeLostException) {
      return new Failure.Unavailable("model-not-ready", Duration.ofSeconds(5));
    }
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
