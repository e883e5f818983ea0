package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.account.Role;
import dev.marque.account.User;
import dev.marque.platform.Database;
import dev.marque.platform.Settings.KeptPhoto;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import dev.marque.web.Upload;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which photos count toward a rate limit of one, with a real event bus and PostgreSQL. */
class PhotoIntakeTest {

  private static final Upload.File PHOTO = new Upload.File("", "p.jpg", Buffer.buffer("photo"));

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Database database = Database.open(vertx, TestDatabase.fresh());
  private final EventBusInferenceClient client =
      new EventBusInferenceClient(vertx, "web", 40, metrics);
  private final PhotoIntake intake = intake(1);
  private final User ada = new User(UUID.randomUUID(), "ada", Role.USER, UUID.randomUUID());
  private final Caller caller = new Caller(ada, "request-1", Promise.<Void>promise().future());

  private volatile Consumer<Message<ClassifyRequest>> node =
      message -> message.reply(Samples.inference());

  @BeforeEach
  void start() {
    EventBusInferenceClient.registerCodecs(vertx);
    database
        .pool()
        .preparedQuery(
            """
            INSERT INTO accounts (id, username, email, first_name, last_name, password_hash, role,
              tokens_valid_after, created_at)
            VALUES ($1, 'ada', 'ada@example.org', 'A', 'B', '-', 'user', now(), now())
            """)
        .execute(Tuple.of(ada.id()))
        .await();
    vertx
        .eventBus()
        .<ClassifyRequest>consumer(InferenceVerticle.ADDRESS + "a", message -> node.accept(message))
        .completion()
        .await();
    client.start().await();
    vertx
        .eventBus()
        .publish(InferenceVerticle.NODES, new NodeAnnouncement("a", "marque-1", 9, 0).toJson());
    client.discovered().await();
  }

  @AfterEach
  void close() {
    client.close().await();
    database.close().await();
    vertx.close().await();
  }

  private PhotoIntake intake(int predictionsPerMinute) {
    return new PhotoIntake(
        vertx,
        client,
        new Predictions(database.pool(), KeptPhoto.COPY, Clock.systemUTC()),
        new PredictionLimits(predictionsPerMinute, () -> 0),
        metrics);
  }

  private void predict() {
    intake.predict(caller, PHOTO, null, 0).await();
  }

  private void assertOneRemains() {
    predict();
    assertThrows(Failure.TooManyRequests.class, this::predict);
  }

  private void run(String sql) {
    database.pool().query(sql).execute().await();
  }

  @Test
  void a_photo_that_could_not_be_stored_does_not_count() {
    run(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER broken BEFORE INSERT ON predictions
          FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        """);
    assertThrows(Exception.class, this::predict);
    run("DROP TRIGGER broken ON predictions");
    assertOneRemains();
  }

  @Test
  void a_failed_inference_does_not_count() {
    node = message -> message.fail(500, "Inference failed");
    assertThrows(Exception.class, this::predict);
    node = message -> message.reply(Samples.inference());
    assertOneRemains();
  }

  @Test
  void an_unreadable_photo_counts() {
    node = message -> message.fail(Refusal.UNREADABLE.code(), "UNREADABLE");
    Failure.Invalid refused = assertThrows(Failure.Invalid.class, this::predict);
    assertEquals("photo-unreadable", refused.type());
    assertThrows(Failure.TooManyRequests.class, this::predict);
  }

  private Future<Prediction> predict(String key, String photo) {
    return intake.predict(caller, new Upload.File("", "p.jpg", Buffer.buffer(photo)), key, 0);
  }

  @Test
  void a_request_that_is_sent_twice_at_once_is_computed_and_counted_once() {
    Promise<Message<ClassifyRequest>> arrived = Promise.promise();
    node = arrived::complete;
    Future<Prediction> first = predict("key-1", "photo");
    Message<ClassifyRequest> held = arrived.future().await();
    Future<Prediction> again = predict("key-1", "photo");
    Future<Prediction> another = predict("key-1", "another photo");
    assertThrows(Failure.Invalid.class, another::await);
    assertTrue(intake.isInProgress(ada.id(), "key-1"));
    held.reply(Samples.inference());
    assertEquals(first.await().id(), again.await().id());
    assertFalse(intake.isInProgress(ada.id(), "key-1"));
    assertEquals(first.await().id(), predict("key-1", "photo").await().id());
  }

  @Test
  void a_repeated_request_is_computed_if_the_client_of_the_first_has_left() {
    PhotoIntake generous = intake(9);
    Promise<Message<ClassifyRequest>> arrived = Promise.promise();
    node = arrived::complete;
    Future<Prediction> first = generous.predict(caller, PHOTO, "key-2", 0);
    Message<ClassifyRequest> held = arrived.future().await();
    node = message -> message.reply(Samples.inference());
    Future<Prediction> again = generous.predict(caller, PHOTO, "key-2", 0);
    held.fail(Refusal.CLIENT_GONE.code(), "CLIENT_GONE");
    assertThrows(Failure.Refused.class, first::await);
    assertEquals("p.jpg", again.await().fileName());
  }

  @Test
  void a_refusal_for_the_limit_is_counted() {
    predict();
    assertThrows(Failure.TooManyRequests.class, this::predict);
    assertEquals(
        1,
        metrics
            .get(PhotoAdmission.REFUSED)
            .tag("reason", "predictions-per-minute")
            .counter()
            .count());
  }
}
