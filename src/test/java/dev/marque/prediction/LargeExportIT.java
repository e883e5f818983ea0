package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import dev.marque.contract.MultipartForm;
import dev.marque.platform.StoppableDatabase;
import dev.marque.web.RawHttp;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** Exports far more rows than fit into network buffers, to clients that do not read them. */
@Isolated("It measures the heap of this JVM.")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeExportIT {

  private static final int ROWS = 50_000;

  /** A small receive buffer, so that the server notices how fast the client reads. */
  private static final int RECEIVE_BUFFER = 64 << 10;

  /** All rows as JSON are more than 50 MB. */
  private static final long MAX_MEMORY = 32 << 20;

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final Vertx vertx = Vertx.vertx();
  private StoppableDatabase database;
  private RunningServer server;
  private Pool pool;
  private Person person;

  @BeforeAll
  void start() throws IOException {
    database = new StoppableDatabase();
    server = RunningServer.start(Map.of("marque.database.url", database.url()));
    pool =
        PgBuilder.pool()
            .connectingTo(PgConnectOptions.fromUri(database.url()))
            .using(vertx)
            .build();
    person = server.newUser();
    byte[] photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
    server.client(person).upload(new MultipartForm().photo(photo));
    pool.query(
            """
            INSERT INTO predictions (id, account_id, created_at, file_name, width, height, model,
                verdict, car_probability, accuracy, brands, brand_probabilities, closest_models,
                closest_model_probabilities, advice, took_ms)
            SELECT gen_random_uuid(), account_id, created_at - n * interval '1 second', file_name,
                width, height, model, verdict, car_probability, accuracy, brands,
                brand_probabilities, closest_models, closest_model_probabilities, advice, took_ms
            FROM predictions, generate_series(1, %d) n
            """
                .formatted(ROWS - 1))
        .execute()
        .await();
  }

  @AfterAll
  void stop() {
    pool.close().await();
    vertx.close().await();
    server.close();
    database.close();
  }

  private RawHttp export() throws IOException {
    return export(person);
  }

  private RawHttp export(Person person) throws IOException {
    String head =
        String.join(
            "\r\n",
            "GET /api/v1/predictions/export?format=ndjson HTTP/1.1",
            "Host: localhost",
            "Authorization: Bearer " + person.token(),
            "Connection: close",
            "",
            "");
    return RawHttp.holding(URI.create(server.baseUrl()).getPort(), RECEIVE_BUFFER).send(head);
  }

  /** Returns the number of open transactions that have been idle for more than a second. */
  private long idle() {
    return pool.query(
            """
            SELECT count(*) AS idle FROM pg_stat_activity, pg_sleep(0.05)
            WHERE state = 'idle in transaction' AND clock_timestamp() - state_change > '1 second'
            """)
        .execute()
        .await()
        .iterator()
        .next()
        .getLong("idle");
  }

  private void awaitIdle(long expected) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (idle() != expected) {
      assertTrue(System.nanoTime() < end, "expected " + expected + " idle transactions");
    }
  }

  /** Returns the live heap plus direct memory, which holds responses waiting to be sent. */
  private static long memory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() + PlatformDependent.usedDirectMemory();
  }

  @Test
  void the_database_is_read_as_slowly_as_the_client_reads() throws IOException {
    long before = memory();
    try (RawHttp client = export();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(client.in(), StandardCharsets.ISO_8859_1), 1024)) {
      assertEquals("HTTP/1.1 200 OK", lines.readLine());
      awaitIdle(1);
      long used = memory() - before;
      assertTrue(used < MAX_MEMORY, used + " bytes for unread rows");
      // HTTP chunks end at line ends, so chunk headers do not split lines.
      long rows = lines.lines().filter(line -> line.endsWith("}")).count();
      assertEquals(ROWS, rows, "all rows arrive in the end");
    }
    assertEquals(0, idle());
  }

  @Test
  void a_disconnect_of_the_client_releases_the_database_connection() throws IOException {
    try (RawHttp client = export()) {
      assertEquals('H', client.in().read());
      awaitIdle(1);
    }
    awaitIdle(0);
  }

  @Test
  void one_account_cannot_block_the_exports_of_others() throws IOException {
    Person other = server.newUser();
    try (RawHttp first = export();
        RawHttp second = export()) {
      assertEquals('H', first.in().read());
      assertEquals('H', second.in().read());
      try (RawHttp third = export()) {
        String refusal = new String(third.in().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(refusal.startsWith("HTTP/1.1 429"), refusal);
        assertTrue(refusal.toLowerCase(Locale.ROOT).contains("retry-after: 5"), refusal);
        assertTrue(refusal.contains("exports-at-once"), refusal);
      }
      try (RawHttp others = export(other)) {
        String answer = new String(others.in().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
      }
    }
    awaitIdle(0);
  }
}
