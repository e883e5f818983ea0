package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.LoggedEvents;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.PhotoLimits;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the real network, and checks which photos never reach it. */
class PhotoPipelineTest {

  private static final UUID EVE = new UUID(0, 1);
  private static final UUID ADA = new UUID(0, 2);
  private static final long DEADLINE = 1000;
  private static final int CAPACITY = 32;

  private static Buffer photo;

  private final AtomicLong clock = new AtomicLong();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private PhotoPipeline pipeline;

  @BeforeAll
  static void read() throws IOException {
    photo = Buffer.buffer(Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg")));
  }

  @BeforeEach
  void load() {
    Recognizer recognizer = Recognizer.load(Path.of("model"));
    pipeline =
        new PhotoPipeline(recognizer, PhotoLimits.megapixels(40), CAPACITY, this::now, metrics);
  }

  /** Called before a photo is decoded: the gate blocks the decoders, but not new requests. */
  private long now() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return clock.get();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private Future<Inference> classify(UUID account, UUID call) {
    return pipeline.classify(new ClassifyRequest(photo, DEADLINE, call, account, "request"));
  }

  private List<Future<Inference>> flood(UUID account, int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> classify(account, UUID.randomUUID())).toList());
  }

  private static Refusal refusal(Future<Inference> answer) {
    RefusedException refused =
        assertInstanceOf(
            RefusedException.class,
            assertThrows(Exception.class, () -> answer.await(1, TimeUnit.MINUTES)));
    return refused.refusal();
  }

  private double photosClassified() {
    return metrics.get("marque.inference.batch").summary().totalAmount();
  }

  @Test
  void every_photo_is_answered_once_and_releases_its_slot() throws TimeoutException {
    for (Future<Inference> answer : flood(EVE, CAPACITY)) {
      assertEquals(25, answer.await(1, TimeUnit.MINUTES).recognition().brands().size());
    }
    assertEquals(CAPACITY, photosClassified());
    assertEquals(CAPACITY, pipeline.free());
  }

  @Test
  void waiting_photos_are_batched() throws TimeoutException {
    Future.all(flood(EVE, CAPACITY)).await(1, TimeUnit.MINUTES);
    long passes = metrics.get("marque.inference.batch").summary().count();
    assertTrue(passes < CAPACITY, passes + " passes for " + CAPACITY + " photos");
  }

  @Test
  void an_unreadable_photo_does_not_block_the_others() throws TimeoutException {
    List<Future<Inference>> answers = new ArrayList<>();
    for (int i = 0; i < CAPACITY / 2; i++) {
      answers.add(classify(EVE, UUID.randomUUID()));
      ClassifyRequest damaged =
          new ClassifyRequest(photo.slice(0, 900), DEADLINE, UUID.randomUUID(), ADA, "damaged");
      Future<Inference> refused = pipeline.classify(damaged);
      answers.add(refused.otherwise(failure -> null));
    }
    Future.all(answers).await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY / 2, photosClassified());
    assertEquals(CAPACITY, pipeline.free());
  }

  @Test
  void an_unexpected_error_is_logged_with_the_request_id() {
    try (LoggedEvents log = new LoggedEvents(PhotoPipeline.class)) {
      // No client can send this.
      ClassifyRequest broken =
          new ClassifyRequest(null, DEADLINE, UUID.randomUUID(), EVE, "from-the-web-node");
      Future<Inference> answer = pipeline.classify(broken);
      assertThrows(NullPointerException.class, () -> answer.await(1, TimeUnit.MINUTES));
      JsonObject event = log.next();
      assertEquals("Decoding failed", event.getString("message"));
      assertEquals("from-the-web-node", event.getString("request_id"));
      assertTrue(event.getString("exception").contains("NullPointer"), event.encode());
    }
  }

  @Test
  void verdicts_and_confidence_are_counted_by_model() throws TimeoutException {
    Recognition recognition =
        classify(EVE, UUID.randomUUID()).await(1, TimeUnit.MINUTES).recognition();
    String verdict = recognition.verdict().code();
    for (Counter counter : metrics.get("marque.inference.verdicts").counters()) {
      assertEquals(recognition.model(), counter.getId().getTag("model"));
      assertEquals(verdict.equals(counter.getId().getTag("verdict")) ? 1 : 0, counter.count());
    }
    DistributionSummary confidence = metrics.get("marque.inference.confidence").summary();
    assertEquals(1, confidence.count());
    assertEquals(recognition.brands().get(0).probability(), confidence.totalAmount(), 1e-9);
  }

  @Test
  void a_photo_past_its_deadline_is_neither_decoded_nor_classified() {
    clock.set(DEADLINE + 1);
    assertEquals(Refusal.TOO_LATE, refusal(classify(EVE, UUID.randomUUID())));
    assertEquals(0, metrics.get("marque.inference.decode").timer().count());
    assertEquals(0, photosClassified());
  }

  @Test
  void a_cancelled_photo_is_not_classified() throws TimeoutException {
    List<Future<Inference>> before = flood(EVE, CAPACITY - 1);
    UUID call = UUID.randomUUID();
    Future<Inference> cancelled = classify(EVE, call);
    pipeline.cancel(call);
    assertTrue(cancelled.isComplete());
    assertEquals(Refusal.CLIENT_GONE, refusal(cancelled));
    Future.all(before).await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY - 1, photosClassified());
  }

  @Test
  void a_photo_beyond_the_capacity_is_refused_immediately() throws TimeoutException {
    gate = new CountDownLatch(1);
    List<Future<Inference>> first = flood(EVE, CAPACITY);
    Future<Inference> refused = classify(EVE, UUID.randomUUID());
    assertTrue(refused.isComplete());
    gate.countDown();
    assertEquals(Refusal.BUSY, refusal(refused));
    Future.all(first).await(1, TimeUnit.MINUTES);
  }

  @Test
  void a_flood_from_one_account_neither_shuts_out_nor_delays_another() throws TimeoutException {
    gate = new CountDownLatch(1);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger answeredBefore = new AtomicInteger();
    List<Future<Inference>> flood = flood(EVE, CAPACITY);
    flood.forEach(answer -> answer.onSuccess(result -> answered.incrementAndGet()));
    Future<Inference> other = classify(ADA, UUID.randomUUID());
    other.onSuccess(result -> answeredBefore.set(answered.get()));
    assertEquals(Refusal.BUSY, refusal(flood.get(CAPACITY - 1)));
    gate.countDown();
    other.await(1, TimeUnit.MINUTES);
    assertTrue(answeredBefore.get() < CAPACITY - 1, "the other account waited for the whole flood");
    Future.join(flood).otherwiseEmpty().await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY, photosClassified());
  }
}
