package dev.marque.account;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;

/** The verticle that hashes passwords, with a database of its own. */
final class PasswordWorker implements AutoCloseable {

  final Vertx vertx = Vertx.vertx();
  final Passwords passwords = new Passwords(vertx, new SimpleMeterRegistry(), 1);
  final Pool pool;

  private final Database database;

  PasswordWorker() {
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
    vertx
        .deployVerticle(
            new Credentials(pool, new Accounts(new MovableClock())),
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
        .await();
  }

  @Override
  public void close() {
    database.close().await();
    vertx.close().await();
  }
}
