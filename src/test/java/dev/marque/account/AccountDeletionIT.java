package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import dev.marque.platform.StoppableDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Deletes accounts with more predictions than the database deletes in one statement. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountDeletionIT {

  private static final int ROWS = 2_300;
  private static final int MAX_PER_STATEMENT = 500;

  private final Vertx vertx = Vertx.vertx();
  private StoppableDatabase database;
  private RunningServer server;
  private Pool pool;

  @BeforeAll
  void start() throws IOException {
    database = new StoppableDatabase();
    server = RunningServer.start(Map.of("marque.database.url", database.url()));
    pool =
        PgBuilder.pool()
            .connectingTo(PgConnectOptions.fromUri(database.url()))
            .using(vertx)
            .build();
    failDeletions("too_many", "(SELECT count(*) FROM gone) > " + MAX_PER_STATEMENT);
  }

  @AfterAll
  void stop() {
    pool.close().await();
    vertx.close().await();
    server.close();
    database.close();
  }

  @AfterEach
  void allowDeletions() {
    run("DROP TRIGGER IF EXISTS broken ON predictions");
  }

  /** Makes statements that delete predictions fail, as on a full disk. */
  private void failDeletions(String trigger, String condition) {
    run(
        """
        CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF %2$s THEN
            RAISE EXCEPTION 'refused' USING ERRCODE = 'disk_full';
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER %1$s AFTER DELETE ON predictions REFERENCING OLD TABLE AS gone
          FOR EACH STATEMENT EXECUTE FUNCTION %1$s()
        """
            .formatted(trigger, condition));
  }

  private void failHalfway() {
    failDeletions("broken", "(SELECT count(*) FROM predictions) < " + ROWS / 2);
  }

  private void run(String sql) {
    pool.query(sql).execute().await();
  }

  private Person personWithPredictions() {
    Person person = server.newUser();
    run(
        """
        INSERT INTO predictions (id, account_id, created_at, file_name, width, height, model,
            verdict, car_probability, accuracy, brands, brand_probabilities, closest_models,
            closest_model_probabilities, advice, took_ms)
        SELECT gen_random_uuid(), id, now() - n * interval '1 second', 'p.jpg', 100, 100, 'm',
            'confident', 1, 1, '{Audi}', '{1}', '{}', '{}', '{}', 1
        FROM accounts, generate_series(1, %d) n WHERE username = '%s'
        """
            .formatted(ROWS, person.username()));
    return person;
  }

  private long predictions() {
    return pool.query("SELECT count(*) FROM predictions")
        .execute()
        .await()
        .iterator()
        .next()
        .getLong(0);
  }

  private Visitor signedIn(Person person) {
    Visitor browser = new Visitor(server.baseUrl());
    HttpResponse<String> answer =
        browser.post("/login", "username", person.username(), "password", person.password());
    assertEquals(303, answer.statusCode(), answer.body());
    return browser;
  }

  private static HttpResponse<String> delete(Visitor browser, Person person) {
    return browser.post("/account/delete", "current_password", person.password());
  }

  private HttpResponse<String> deleteByAdministrator(Person person) {
    Person administrator = server.administrator();
    return server
        .client(administrator)
        .json(
            "DELETE",
            "/api/v1/users/" + person.username(),
            new JsonObject().put("password", administrator.password()));
  }

  @Test
  void a_person_with_many_predictions_can_export_them_and_delete_the_account() {
    Person person = personWithPredictions();
    String zip = signedIn(person).get("/account/export").body();
    assertEquals(2 * ROWS, zip.split("predictions/", -1).length - 1, "a zip has each name twice");
    HttpResponse<String> deleted = delete(signedIn(person), person);
    assertEquals(303, deleted.statusCode(), deleted.body());
    assertEquals(0, predictions());
    assertEquals(401, server.client(person).get("/api/v1/me").statusCode());
  }

  @Test
  void an_interrupted_deletion_can_be_retried() {
    Person person = personWithPredictions();
    Visitor browser = signedIn(person);
    failHalfway();
    assertTrue(delete(browser, person).statusCode() >= 500);
    assertTrue(predictions() > 0, "it was interrupted");
    assertEquals(401, server.client(person).get("/api/v1/me").statusCode(), "another session");
    assertEquals(200, browser.get("/account").statusCode());
    allowDeletions();
    assertEquals(303, delete(signedIn(person), person).statusCode());
    assertEquals(0, predictions());
  }

  @Test
  @Timeout(60)
  void a_new_account_that_took_the_name_in_the_meantime_is_not_deleted() {
    Person person = server.newUser();
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN").execute().await();
    other.query("LOCK TABLE predictions IN EXCLUSIVE MODE").execute().await();
    CompletableFuture<HttpResponse<String>> deletion =
        CompletableFuture.supplyAsync(() -> deleteByAdministrator(person));
    awaitWaitingForTable(1);
    String name = "'" + person.username() + "'";
    other.query("DELETE FROM accounts WHERE username = " + name).execute().await();
    other
        .query(
            """
            INSERT INTO accounts (id, username, first_name, last_name, password_hash, role,
                tokens_valid_after, created_at)
            VALUES (gen_random_uuid(), %s, 'New', 'Owner', '-', 'user', now(), now())
            """
                .formatted(name))
        .execute()
        .await();
    other.query("COMMIT").execute().await();
    other.close().await();

    assertEquals(204, deletion.join().statusCode(), "the account is gone");
    HttpResponse<String> left =
        server.client(server.administrator()).get("/api/v1/users/" + person.username());
    assertEquals("New", new JsonObject(left.body()).getString("first_name"), left.body());
  }

  @Test
  @Timeout(60)
  void two_deletions_at_once_both_succeed_and_are_recorded_once() {
    Person person = server.newUser();
    String name = "'" + person.username() + "'";
    Object id = value("SELECT id FROM accounts WHERE username = " + name);
    Visitor browser = signedIn(person);
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN; LOCK TABLE predictions IN EXCLUSIVE MODE").execute().await();
    CompletableFuture<HttpResponse<String>> first =
        CompletableFuture.supplyAsync(() -> delete(browser, person));
    awaitWaitingForTable(1);
    CompletableFuture<HttpResponse<String>> second =
        CompletableFuture.supplyAsync(() -> deleteByAdministrator(person));
    awaitWaitingForTable(2);
    other.query("COMMIT").execute().await();
    other.close().await();

    assertEquals(303, first.join().statusCode(), first.join().body());
    assertEquals(204, second.join().statusCode(), second.join().body());
    String recorded =
        "SELECT count(*) FROM audit WHERE event = 'account_deleted' AND subject_id = '" + id + "'";
    assertEquals(1L, value(recorded));
  }

  private Object value(String query) {
    return pool.query(query).execute().await().iterator().next().getValue(0);
  }

  private void awaitWaitingForTable(long statements) {
    String waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'";
    while ((long) value(waiting) < statements) {
      Thread.onSpinWait();
    }
  }

  @Test
  void an_administrator_can_retry_too_and_the_account_stays_disabled() {
    Person person = personWithPredictions();
    Person administrator = server.administrator();
    failHalfway();
    assertTrue(deleteByAdministrator(person).statusCode() >= 500);
    assertTrue(predictions() > 0, "it was interrupted");
    assertEquals(401, server.client(person).get("/api/v1/me").statusCode());
    HttpResponse<String> left =
        server.client(administrator).get("/api/v1/users/" + person.username());
    assertTrue(new JsonObject(left.body()).getBoolean("disabled"), left.body());
    allowDeletions();
    assertEquals(204, deleteByAdministrator(person).statusCode());
    assertEquals(0, predictions());
  }
}
