package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what is over: sessions, failures to sign in, tokens, entries of the audit log. */
final class Cleaning {

  private static final Logger LOG = LoggerFactory.getLogger(Cleaning.class);
  private static final Duration EVERY = Duration.ofHours(1);

  private final Vertx vertx;
  private final Sessions sessions;
  private final SignInLimits limits;
  private final PersonalTokens tokens;
  private final AuditRetention audit;
  private long timer = -1;
  private volatile boolean closed;

  Cleaning(
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

  /** Begins to delete, now and each hour. */
  void start() {
    timer = vertx.setPeriodic(0, EVERY.toMillis(), tick -> clean());
  }

  /** Ends; what is under way may fail without a word, since the database is closed next. */
  void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private void clean() {
    log("sessions that were over", sessions.deleteExpired());
    log("failures to sign in", limits.deleteForgotten());
    log("tokens that had expired", tokens.deleteExpired());
    log("old entries of the audit log", audit.deleteOld());
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
                LOG.warn("{} were not deleted, next try in an hour: {}", what, problem.toString());
              }
            });
  }
}
