package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes expired sessions, sign-in failures, personal tokens and audit entries. */
final class Cleanup {

  private static final Logger LOG = LoggerFactory.getLogger(Cleanup.class);
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final Vertx vertx;
  private final Sessions sessions;
  private final SignInLimits limits;
  private final PersonalTokens tokens;
  private final AuditRetention audit;
  private long timer = -1;
  private volatile boolean closed;

  Cleanup(
      Vertx vertx,
      Sessions sessions,
      SignInLimits limits,
      PersonalTokens tokens,
      AuditRetention audit) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.limits = limits;
    this.tokens = tokens;
    this.audit = audit;
  }

  /** Starts to delete, now and every hour. */
  void start() {
    timer = vertx.setPeriodic(0, INTERVAL.toMillis(), tick -> clean());
  }

  /** Stops. The failure of a running deletion is not logged, since the database closes next. */
  void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private void clean() {
    log("expired sessions", sessions.deleteExpired());
    log("expired sign-in failures", limits.deleteExpired());
    log("expired personal tokens", tokens.deleteExpired());
    log("expired audit entries", audit.deleteOld());
  }

  private void log(String what, Future<Integer> deletion) {
    deletion
        .onSuccess(
            number -> {
              if (number > 0) {
                LOG.info("Deleted {} {}", number, what);
              }
            })
        .onFailure(
            problem -> {
              if (!closed) {
                LOG.warn("Could not delete {}, retrying in an hour: {}", what, problem.toString());
              }
            });
  }
}
