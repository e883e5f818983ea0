package dev.marque.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process is ready to serve, and if not, why. Features register named checks, which
 * run concurrently, each with a timeout. The gauge {@code marque.ready} has the last result of
 * each, which {@link ManagementServer} renews for every scrape. Thread-safe.
 */
public final class Health {

  private static final long TIMEOUT_MILLIS = 2000;

  private final Map<String, Supplier<Future<Void>>> checks = new ConcurrentSkipListMap<>();
  private final Map<String, Boolean> passed = new ConcurrentHashMap<>();
  private final MeterRegistry meters;

  public Health(MeterRegistry meters) {
    this.meters = meters;
  }

  /**
   * Adds a check, or replaces the one with that name.
   *
   * @param check fails, with a message for the operator, while this process is not ready
   */
  public void register(String name, Supplier<Future<Void>> check) {
    checks.put(name, check);
    Gauge.builder("marque.ready", () -> lastResult(name))
        .description("Whether the check passes, as in /health/ready")
        .tag("check", name)
        .register(meters);
  }

  private double lastResult(String name) {
    Boolean result = passed.get(name);
    if (result == null) {
      return Double.NaN;
    }
    return result ? 1 : 0;
  }

  /** Runs all checks; the future never fails. */
  public Future<Readiness> readiness() {
    List<Future<Check>> running =
        checks.entrySet().stream().map(each -> run(each.getKey(), each.getValue())).toList();
    return Future.join(running).map(done -> new Readiness(done.<Check>list()));
  }

  private Future<Check> run(String name, Supplier<Future<Void>> check) {
    Future<Void> result;
    try {
      result = check.get();
    } catch (RuntimeException e) {
      result = Future.failedFuture(e);
    }
    return result
        .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .map(ok -> new Check(name, null))
        .recover(e -> Future.succeededFuture(new Check(name, reason(e))))
        .onSuccess(done -> passed.put(name, done.passed()));
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /**
   * The result of one check.
   *
   * @param reason why this process is not ready; {@code null} if the check passed
   */
  public record Check(String name, @Nullable String reason) {

    public boolean passed() {
      return reason == null;
    }
  }

  /** The results of all checks, ordered by name. */
  public record Readiness(List<Check> checks) {

    public Readiness {
      checks = List.copyOf(checks);
    }

    public boolean isReady() {
      return checks.stream().allMatch(Check::passed);
    }
  }
}
