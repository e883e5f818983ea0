package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.platform.Database;
import dev.marque.platform.Settings.KeptPhoto;
import dev.marque.platform.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the export of personal data with a real PostgreSQL. */
class PersonalPredictionsTest {

  private static Vertx vertx;
  private static Database database;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  @ParameterizedTest
  @EnumSource(KeptPhoto.class)
  void the_export_contains_the_stored_images_of_a_photo(KeptPhoto kept) {
    UUID account = newAccount();
    Predictions predictions = new Predictions(database.pool(), kept, Clock.systemUTC());
    UUID id = predictions.add(account, "p.jpg", Samples.inference(), null).await().id();
    Map<String, String> files = new TreeMap<>();
    new PersonalPredictions(predictions)
        .export(
            account,
            (name, content) -> {
              files.put(name, content.toString());
              return Future.succeededFuture();
            })
        .await();
    String document = files.remove("predictions/" + id + ".json");
    assertEquals(true, document != null && document.contains(id.toString()), document);
    assertEquals(
        switch (kept) {
          case COPY -> Map.of("photos/" + id + ".jpg", "the copy");
          case THUMBNAIL -> Map.of("thumbnails/" + id + ".jpg", "the thumbnail");
          case NOTHING -> Map.of();
        },
        files);
  }

  private static UUID newAccount() {
    UUID id = UUID.randomUUID();
    database
        .pool()
        .preparedQuery(
            """
            INSERT INTO accounts (id, username, email, first_name, last_name, password_hash, role,
              tokens_valid_after, created_at)
            VALUES ($1, $2, $2, 'A', 'B', '-', 'user', now(), now())
            """)
        .execute(Tuple.of(id, id.toString()))
        .await();
    return id;
  }
}
