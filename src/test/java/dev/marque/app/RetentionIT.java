package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.Eventually;
import dev.marque.RunsConcurrently;
import dev.marque.contract.ApiClient;
import dev.marque.contract.MultipartForm;
import dev.marque.platform.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlConnection;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that a server stores what its settings allow, and deletes what is older at its start. */
@RunsConcurrently
class RetentionIT {

  /** Of each kind, one row is old enough to be deleted and one is not. */
  private static final String ROWS =
      """
      INSERT INTO accounts (id, username, first_name, last_name, password_hash, role,
          tokens_valid_after, created_at)
        VALUES (gen_random_uuid(), 'ada', 'Ada', 'Lovelace', '-', 'user', now(), now());
      INSERT INTO predictions (id, account_id, created_at, file_name, width, height, model,
          verdict, car_probability, accuracy, brands, brand_probabilities, closest_models,
          closest_model_probabilities, advice, took_ms, photo, deletion, deleted_at)
        SELECT gen_random_uuid(), accounts.id, now() - created, name, 4, 3, 'marque-1', 'unsure',
            1, 1, '{}', '{}', '{}', '{}', '{}', 1, 'photo',
            CASE WHEN deleted IS NULL THEN NULL ELSE gen_random_uuid() END, now() - deleted
          FROM accounts, (VALUES
            ('old', interval '8 days', NULL),
            ('young', interval '6 days', NULL),
            ('long in the trash', interval '1 day', interval '11 minutes'),
            ('new in the trash', interval '1 day', interval '1 minute')
          ) AS photo (name, created, deleted);
      INSERT INTO audit (id, at, event, address)
        SELECT gen_random_uuid(), now() - days * interval '1 day', 'test', days
          FROM unnest(ARRAY [10, 8]) AS days;
      INSERT INTO sessions (id, account_id, created_at, last_used_at, idle_expires_at, expires_at,
          remember, user_agent, address)
        SELECT gen_random_uuid(), id, now(), now(), now() + rest, now() + rest, false, rest, ''
          FROM accounts, unnest(ARRAY [interval '-1 minute', interval '1 hour']) AS rest
      """;

  private static long count(SqlConnection sql, String rows) {
    return sql.query("SELECT count(*) FROM " + rows).execute().await().iterator().next().getLong(0);
  }

  private static void awaitOne(SqlConnection sql, String rows) {
    Eventually.holds("one remains of " + rows, () -> count(sql, rows) == 1);
  }

  @Test
  void old_photos_deleted_predictions_audit_entries_and_sessions_are_deleted_at_the_start()
      throws Exception {
    String url = TestDatabase.freshUrl();
    Vertx vertx = Vertx.vertx();
    SqlConnection sql = PgConnection.connect(vertx, PgConnectOptions.fromUri(url)).await();
    sql.query(ROWS).execute().await();
    Map<String, String> settings =
        Map.of(
            "marque.database.url", url,
            "marque.photos.keep", "thumbnail",
            "marque.photos.days", "7",
            "marque.audit.days", "9");
    try (RunningServer server = RunningServer.start(settings)) {
      awaitOne(sql, "predictions WHERE deleted_at IS NULL AND photo IS NOT NULL");
      awaitOne(sql, "predictions WHERE deleted_at IS NOT NULL");
      awaitOne(sql, "audit WHERE event = 'test'");
      awaitOne(sql, "sessions");
      assertEquals(1, count(sql, "predictions WHERE file_name = 'young' AND photo IS NOT NULL"));
      assertEquals(1, count(sql, "predictions WHERE file_name = 'new in the trash'"));
      assertEquals(1, count(sql, "audit WHERE address = '8'"));
      assertEquals(1, count(sql, "sessions WHERE expires_at > now()"));
      assertOnlyTheThumbnailIsKept(server);
    } finally {
      sql.close().await();
      vertx.close().await();
    }
  }

  private static void assertOnlyTheThumbnailIsKept(RunningServer server) throws Exception {
    ApiClient client = server.client(server.newUser());
    byte[] photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
    HttpResponse<String> created = client.upload(new MultipartForm().photo(photo));
    assertEquals(201, created.statusCode(), created.body());
    String prediction = "/api/v1/predictions/" + new JsonObject(created.body()).getString("id");
    assertEquals(200, client.get(prediction + "/thumbnail").statusCode());
    assertEquals(404, client.get(prediction + "/photo").statusCode());
    assertEquals(404, client.get(prediction + "/heat-map").statusCode());
  }
}
