package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.platform.Database;
import dev.marque.platform.Ids;
import dev.marque.platform.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the audit table on a real PostgreSQL. */
class AuditTest {

  private static final Client HERE = new Client("192.0.2.1", "");
  private static final Client ELSEWHERE = new Client("192.0.2.99", "");

  private static Vertx vertx;
  private static Database database;
  private static Pool pool;

  private final MovableClock clock = new MovableClock();
  private final Audit audit = new Audit(clock);
  private final String name = "name" + UUID.randomUUID();
  private final User user = new User(Ids.next(), name, Role.USER, Ids.next());

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
  }

  @BeforeEach
  void empty() {
    pool.query("TRUNCATE audit").execute().await();
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private void record(AuditEvent event, Client client) {
    audit.record(pool, event, user, user, client).await();
  }

  private List<String> events(String search, @Nullable AuditEvent event) {
    return audit.list(pool, search, event, null, 5000).await().stream()
        .map(AuditEntry::event)
        .toList();
  }

  @Test
  void entries_are_found_by_name_address_and_event() {
    record(AuditEvent.SIGNED_UP, HERE);
    record(AuditEvent.SIGNED_IN, ELSEWHERE);
    String part = name.substring(2).toUpperCase(java.util.Locale.ROOT);
    assertEquals(List.of("signed_in", "signed_up"), events(part, null));
    assertEquals(List.of("signed_up"), events(part, AuditEvent.SIGNED_UP));
    assertEquals(List.of("signed_in"), events("192.0.2.99", null));
    assertEquals(List.of(), events("192.0.2.9", null), "an address matches only as a whole");
    assertEquals(List.of(), events("' OR ''='", null));
  }

  @Test
  void entries_are_deleted_after_the_configured_days_and_not_before() {
    int old = 2 * Audit.CHUNK_SIZE + 1;
    pool.query(
            """
            INSERT INTO audit (id, at, event, subject, address)
            SELECT gen_random_uuid(), now() - interval '30 days 1 hour', 'signed_in', '%s',
                   '192.0.2.1'
              FROM generate_series(1, %d)
            """
                .formatted(name, old))
        .execute()
        .await();
    record(AuditEvent.SIGNED_OUT, HERE);
    assertEquals(0, new AuditRetention(pool, audit, 31).deleteOld().await());
    assertEquals(0, new AuditRetention(pool, audit, 0).deleteOld().await(), "0: forever");
    assertEquals(old, new AuditRetention(pool, audit, 30).deleteOld().await());
    assertEquals(List.of("signed_out"), events(name, null));
  }
}
