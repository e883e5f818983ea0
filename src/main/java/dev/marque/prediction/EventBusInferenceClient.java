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
 * Sends photos over the event bus to the {@link InferenceVerticle} that seems to have the most
 * capacity, in this process or on another node. If that node is full, stops or is lost before it
 * replies, the request is retried once on another node. Thread-safe.
 */
public final class EventBusInferenceClient implements InferenceClient {

  private static final Logger LOG = LoggerFactory.getLogger(EventBusInferenceClient.class);

  /** Results that arrive later than this are of no use to users. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Most connections upload a photo of a few hundred kilobytes in less time. */
  private static final Duration RESERVATION_TIMEOUT = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final int megapixels;
  private final InferenceNodes nodes;
  private final NodeDiscovery discovery;
  private final MeterRegistry metrics;
  private final Counter retries;
  private final Map<String, Set<Attempt>> attempts = new ConcurrentHashMap<>();

  /** One photo sent to one node; completed on the caller's context. */
  private record Attempt(Context context, Promise<Inference> answer) {

    void lost() {
      context.runOnContext(now -> answer.tryFail(new NodeLostException()));
    }
  }

  /** Thrown if a node is lost before it has replied. */
  private static final class NodeLostException extends Exception {
    private static final long serialVersionUID = 1;

    NodeLostException() {
      super("The inference node was lost", null, false, false);
    }
  }

  /**
   * @param vertx provides the event bus; at most one client per instance
   * @param localNode the name under which the node of this process announces itself
   * @param megapixels the size limit of photos, for error messages
   */
  public EventBusInferenceClient(
      Vertx vertx, String localNode, int megapixels, MeterRegistry metrics) {
    this.vertx = vertx;
    this.megapixels = megapixels;
    this.metrics = metrics;
    this.nodes = new InferenceNodes(localNode, System::nanoTime);
    this.discovery = new NodeDiscovery(vertx, localNode, nodes, metrics, this::retryElsewhere);
    this.retries =
        Counter.builder("marque.inference.asked.again")
            .description("Photos that were sent to a second node")
            .register(metrics);
  }

  /** Registers the message codecs; call it once per Vert.x instance, before the first use. */
  public static void registerCodecs(Vertx vertx) {
    InferenceCodecs.register(vertx.eventBus());
  }

  /** Starts listening for announcements, and asks all nodes to announce themselves. */
  public Future<Void> start() {
    return discovery.start();
  }

  /** Completes once the first node has announced itself. */
  public Future<Void> discovered() {
    return discovery.discovered();
  }

  /** Returns the known nodes, ordered by name. */
  public List<KnownNode> nodes() {
    return nodes.all();
  }

  /**
   * Health check: fails until the first node has announced itself. If all nodes are lost later, it
   * still passes: photos are answered with 503, but pages work.
   */
  public Future<Void> check() {
    return discovered().isComplete()
        ? Future.succeededFuture()
        : Future.failedFuture("No inference node has announced itself");
  }

  /** Stops listening for announcements. */
  public Future<Void> close() {
    return discovery.close();
  }

  /** Removes a node that has left the cluster, and retries its pending requests elsewhere. */
  public void lost(String node) {
    discovery.lost(node);
  }

  private void retryElsewhere(String lost) {
    Set<Attempt> orphans = attempts.remove(lost);
    if (orphans != null && !orphans.isEmpty()) {
      LOG.warn("Retrying {} photos on another node", orphans.size());
      orphans.forEach(Attempt::lost);
    }
  }

  @Override
  public Future<Runnable> reserve(UUID account) {
    if (!nodes.reserve(account)) {
      return Future.failedFuture(noCapacity().failure(megapixels));
    }
    AtomicBoolean reserved = new AtomicBoolean(true);
    Runnable release =
        () -> {
          if (reserved.getAndSet(false)) {
            nodes.release(account);
          }
        };
    long timer = vertx.setTimer(RESERVATION_TIMEOUT.toMillis(), expired -> release.run());
    return Future.succeededFuture(
        () -> {
          vertx.cancelTimer(timer);
          release.run();
        });
  }

  @Override
  public boolean isFull() {
    return !nodes.isEmpty() && nodes.isFull();
  }

  private Refusal noCapacity() {
    return nodes.isEmpty() ? Refusal.STOPPING : Refusal.BUSY;
  }

  @Override
  public Future<Inference> classify(Buffer photo, Caller caller) {
    ClassifyRequest request =
        new ClassifyRequest(
            photo,
            System.currentTimeMillis() + TIMEOUT.toMillis(),
            Ids.next(),
            caller.user().id(),
            caller.requestId());
    Future<Inference> answer = classify(request, null, false);
    caller.gone().onSuccess(gone -> cancel(request.call(), answer));
    return answer;
  }

  /** Notifies all nodes, since those without the photo ignore the message at no cost. */
  private void cancel(UUID call, Future<?> answer) {
    if (!answer.isComplete()) {
      vertx.eventBus().publish(InferenceVerticle.CANCEL, call.toString());
    }
  }

  /**
   * @param previous the node of the first attempt; {@code null} if this is the first attempt
   * @param counted whether a node has counted the photo among those it refused
   */
  private Future<Inference> classify(
      ClassifyRequest request, @Nullable String previous, boolean counted) {
    long remaining = request.deadline() - System.currentTimeMillis();
    if (remaining <= 0) {
      return fail(Refusal.TOO_LATE.failure(megapixels), counted);
    }
    Optional<String> chosen = nodes.choose(request.account(), previous);
    if (chosen.isEmpty()) {
      return fail(noCapacity().failure(megapixels), counted);
    }
    String node = chosen.get();
    return send(node, request, remaining)
        .recover(
            failure -> {
              boolean countedNow = counted || isReplyOfNode(failure);
              if (previous != null || !isRetryable(failure)) {
                return fail(translate(failure), countedNow);
              }
              retries.increment();
              return classify(request, node, countedNow);
            });
  }

  /** Fails, and counts the photo here if no node has counted it. */
  private Future<Inference> fail(Throwable cause, boolean counted) {
    if (!counted && cause instanceof Failure failure) {
      metrics.counter(PhotoAdmission.REFUSED, "reason", failure.type()).increment();
    }
    return Future.failedFuture(cause);
  }

  private Future<Inference> send(String node, ClassifyRequest request, long timeoutMillis) {
    Promise<Inference> answer = Promise.promise();
    Attempt attempt = new Attempt(vertx.getOrCreateContext(), answer);
    attempts.computeIfAbsent(node, name -> ConcurrentHashMap.newKeySet()).add(attempt);
    if (!nodes.contains(node)) {
      // The node was lost before this attempt was registered, so lost() has missed it.
      attempt.lost();
    }
    vertx
        .eventBus()
        .<Inference>request(
            InferenceVerticle.ADDRESS + node,
            request,
            new DeliveryOptions().setSendTimeout(timeoutMillis))
        .onSuccess(message -> answer.tryComplete(message.body()))
        .onFailure(answer::tryFail);
    return answer
        .future()
        .onComplete(
            done -> {
              nodes.completed(node, request.account());
              Set<Attempt> pending = attempts.get(node);
              if (pending != null) {
                pending.remove(attempt);
              }
            });
  }

  private static boolean isReplyOfNode(Throwable failure) {
    return failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE;
  }

  /** Returns whether another node may succeed: this one is full, stops, or is lost. */
  private static boolean isRetryable(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      return reply.failureType() == ReplyFailure.NO_HANDLERS
          || reply.failureCode() == Refusal.BUSY.code()
          || reply.failureCode() == Refusal.STOPPING.code();
    }
    return failure instanceof NodeLostException;
  }

  private Throwable translate(Throwable failure) {
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
