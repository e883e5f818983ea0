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

/** The real network, and what it is spared. */
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

  /** Asked before a photo is decoded: so the gate holds up the work, and not what comes in. */
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

  private double networked() {
    return metrics.get("marque.inference.batch").summary().totalAmount();
  }

  @Test
  void every_photo_is_answered_once_and_leaves_its_place() throws TimeoutException {
    for (Future<Inference> answer : flood(EVE, CAPACITY)) {
      assertEquals(25, answer.await(1, TimeUnit.MINUTES).recognition().brands().size());
    }
    assertEquals(CAPACITY, networked());
    assertEquals(CAPACITY, pipeline.free());
  }

  @Test
  void photos_that_wait_together_share_passes() throws TimeoutException {
    Future.all(flood(EVE, CAPACITY)).await(1, TimeUnit.MINUTES);
    long passes = metrics.get("marque.inference.batch").summary().count();
    assertTrue(passes < CAPACITY, passes + " passes for " + CAPACITY + " photos");
  }

  @Test
  void a_photo_that_cannot_be_decoded_does_not_hold_up_the_others() throws TimeoutException {
    List<Future<Inference>> answers = new ArrayList<>();
    for (int i = 0; i < CAPACITY / 2; i++) {
      answers.add(classify(EVE, UUID.randomUUID()));
      ClassifyRequest damaged =
          new ClassifyRequest(photo.slice(0, 900), DEADLINE, UUID.randomUUID(), ADA, "damaged");
      Future<Inference> refused = pipeline.classify(damaged);
      answers.add(refused.otherwise(failure -> null));
    }
    Future.all(answers).await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY / 2, networked());
    assertEquals(CAPACITY, pipeline.free());
  }

  @Test
  void a_defect_is_logged_with_the_id_of_its_request() {
    try (LoggedEvents log = new LoggedEvents(PhotoPipeline.class)) {
      // Not a thing that a client can send.
      ClassifyRequest broken =
          new ClassifyRequest(null, DEADLINE, UUID.randomUUID(), EVE, "from-the-web-node");
      Future<Inference> answer = pipeline.classify(broken);
      assertThrows(NullPointerException.class, () -> answer.await(1, TimeUnit.MINUTES));
      JsonObject event = log.next();
      assertEquals("decoding failed", event.getString("message"));
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
  void what_is_too_late_is_neither_decoded_nor_computed() {
    clock.set(DEADLINE + 1);
    assertEquals(Refusal.TOO_LATE, refusal(classify(EVE, UUID.randomUUID())));
    assertEquals(0, metrics.get("marque.inference.decode").timer().count());
    assertEquals(0, networked());
  }

  @Test
  void what_nobody_waits_for_any_more_is_not_computed() throws TimeoutException {
    List<Future<Inference>> before = flood(EVE, CAPACITY - 1);
    UUID call = UUID.randomUUID();
    Future<Inference> forgotten = classify(EVE, call);
    pipeline.forget(call);
    assertTrue(forgotten.isComplete());
    assertEquals(Refusal.CLIENT_GONE, refusal(forgotten));
    Future.all(before).await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY - 1, networked());
  }

  @Test
  void one_more_than_there_is_room_for_is_refused_at_once() throws TimeoutException {
    gate = new CountDownLatch(1);
    List<Future<Inference>> first = flood(EVE, CAPACITY);
    Future<Inference> refused = classify(EVE, UUID.randomUUID());
    assertTrue(refused.isComplete());
    gate.countDown();
    assertEquals(Refusal.BUSY, refusal(refused));
    Future.all(first).await(1, TimeUnit.MINUTES);
  }

  @Test
  void a_flood_of_one_account_neither_shuts_another_out_nor_delays_it() throws TimeoutException {
    gate = new CountDownLatch(1);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger answeredBefore = new AtomicInteger();
    List<Future<Inference>> flood = flood(EVE, CAPACITY);
    flood.forEach(answer -> answer.onSuccess(seen -> answered.incrementAndGet()));
    Future<Inference> other = classify(ADA, UUID.randomUUID());
    other.onSuccess(seen -> answeredBefore.set(answered.get()));
    assertEquals(Refusal.BUSY, refusal(flood.get(CAPACITY - 1)));
    gate.countDown();
    other.await(1, TimeUnit.MINUTES);
    assertTrue(answeredBefore.get() < CAPACITY - 1, "it waited for all");
    Future.join(flood).otherwiseEmpty().await(1, TimeUnit.MINUTES);
    assertEquals(CAPACITY, networked());
  }
}
