package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import dev.marque.SelfSignedCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests connections to an external database that speaks TLS. */
class DatabaseTest {

  @TempDir private static Path certificates;

  private static StoppableDatabase external;

  private Vertx vertx;

  @BeforeAll
  static void start() throws IOException {
    external = new StoppableDatabase();
    external.stop();
    SelfSignedCertificate.writePem(certificates);
    Files.writeString(
        external.folder().resolve("postgresql.conf"),
        """

        ssl = on
        ssl_cert_file = '%1$s/certificate.pem'
        ssl_key_file = '%1$s/key.pem'
        """
            .formatted(certificates),
        StandardOpenOption.APPEND);
    external.start();
  }

  @AfterAll
  static void stop() {
    external.close();
  }

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static DatabaseAddress address(String mode) throws IOException {
    return DatabaseAddress.parse(external.url() + "?sslmode=" + mode);
  }

  @ParameterizedTest
  @CsvSource({"disable, false", "prefer, true", "require, true"})
  void the_mode_of_the_url_decides_whether_connections_are_encrypted(String mode, boolean encrypted)
      throws IOException {
    Migrations.run(address(mode));
    Database database = Database.open(vertx, address(mode));
    assertEquals(
        encrypted,
        database
            .pool()
            .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            .execute()
            .await()
            .iterator()
            .next()
            .getBoolean(0));
    database.close().await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify-ca", "verify-full"})
  void a_certificate_of_an_unknown_authority_is_refused(String mode) throws IOException {
    StartFailure refused = assertThrows(StartFailure.class, () -> Migrations.run(address(mode)));
    assertTrue(refused.getMessage().contains("cannot be reached"), refused.getMessage());
    Database database = Database.open(vertx, address(mode));
    Exception failure = assertThrows(Exception.class, () -> database.check().await());
    assertTrue(failure.toString().contains("SSL"), failure.toString());
    database.close().await();
  }

  private static int backend(Database database) {
    String pid = "SELECT pg_backend_pid()";
    return database.pool().query(pid).execute().await().iterator().next().getInteger(0);
  }

  @Test
  void a_connection_is_replaced_after_a_while_even_if_it_is_in_use() {
    Database database =
        Database.open(vertx, TestDatabase.fresh(), Duration.ofHours(1), Duration.ofMillis(100));
    int first = backend(database);
    Eventually.holds("another connection is used", () -> backend(database) != first);
    database.close().await();
  }

  @Test
  void a_read_only_database_as_after_a_failover_does_not_pass_the_check() {
    DatabaseAddress address = TestDatabase.fresh();
    String name = address.connectOptions().getDatabase();
    Database before = Database.open(vertx, address);
    before.check().await();
    String readOnly = "ALTER DATABASE " + name + " SET default_transaction_read_only = on";
    before.pool().query(readOnly).execute().await();
    Database after = Database.open(vertx, address);
    Throwable failure = assertThrows(Throwable.class, () -> after.check().await());
    assertEquals("The database is read-only", failure.getMessage());
    before.close().await();
    after.close().await();
  }

  @Test
  @Timeout(60)
  void a_connection_whose_other_end_vanishes_is_given_up() throws IOException {
    PgConnectOptions behind = PgConnectOptions.fromUri(external.url());
    List<NetSocket> sockets = new CopyOnWriteArrayList<>();
    NetClient client = vertx.createNetClient();
    NetServer forwarder =
        vertx
            .createNetServer()
            .connectHandler(
                near -> {
                  near.pause();
                  client
                      .connect(behind.getPort(), "127.0.0.1")
                      .onSuccess(
                          far -> {
                            sockets.addAll(List.of(near, far));
                            near.pipeTo(far);
                            far.pipeTo(near);
                          });
                })
            .listen(0, "127.0.0.1")
            .await();
    DatabaseAddress address =
        DatabaseAddress.of(
            "127.0.0.1",
            forwarder.actualPort(),
            behind.getDatabase(),
            behind.getUser(),
            behind.getPassword());
    Database database = Database.open(vertx, address, Duration.ofSeconds(1), Duration.ofHours(1));
    database.check().await();
    sockets.forEach(NetSocket::pause);
    assertThrows(Exception.class, () -> database.check().await());
    Eventually.holds(
        "another connection is used", () -> database.check().map(true).otherwise(false).await());
    database.close().await();
  }
}
