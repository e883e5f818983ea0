package dev.marque.platform;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process can serve, and if not, why. A room registers a check by name; all are asked
 * at once, each with a moment to answer. Safe for all threads.
 */
public final class Health {

  private static final long PATIENCE_MILLIS = 2000;

  private final Map<String, Supplier<Future<Void>>> checks = new ConcurrentSkipListMap<>();

  /**
   * Adds a check, or replaces the one of that name.
   *
   * @param check fails with a message for the operator while this process cannot serve
   */
  public void register(String name, Supplier<Future<Void>> check) {
    checks.put(name, check);
  }

  /** Asks every check; does not fail. */
  public Future<Readiness> readiness() {
    List<Future<Check>> asked =
        checks.entrySet().stream().map(each -> ask(each.getKey(), each.getValue())).toList();
    return Future.join(asked).map(done -> new Readiness(done.<Check>list()));
  }

  private Future<Check> ask(String name, Supplier<Future<Void>> check) {
    Future<Void> answer;
    try {
      answer = check.get();
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    return answer
        .timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .map(ok -> new Check(name, null))
        .recover(e -> Future.succeededFuture(new Check(name, reason(e))));
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /**
   * One check's answer.
   *
   * @param reason why this process cannot serve; null: it can
   */
  public record Check(String name, @Nullable String reason) {

    public boolean holds() {
      return reason == null;
    }
  }

  /** Every check's answer, in the order of their names. */
  public record Readiness(List<Check> checks) {

    public Readiness {
      checks = List.copyOf(checks);
    }

    public boolean isReady() {
      return checks.stream().allMatch(Check::holds);
    }
  }
}
