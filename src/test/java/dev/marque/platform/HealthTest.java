package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HealthTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Health health = new Health(meters);

  private double gauge(String check) {
    return meters.get("marque.ready").tag("check", check).gauge().value();
  }

  @Test
  void the_gauge_has_the_last_result_of_each_check() {
    AtomicReference<Future<Void>> database = new AtomicReference<>(Future.failedFuture("lost"));
    health.register("server", Future::succeededFuture);
    health.register("database", database::get);
    assertEquals(Double.NaN, gauge("database"));

    assertFalse(health.readiness().await().isReady());
    assertEquals(0, gauge("database"));
    assertEquals(1, gauge("server"));

    database.set(Future.succeededFuture());
    assertEquals(0, gauge("database"), "no one has asked since");
    health.readiness().await();
    assertEquals(1, gauge("database"));
  }
}
