package dev.marque.account;

import static dev.marque.platform.Database.utc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines whether the session of an access token is still active. A token by itself stays valid
 * until it expires; this check makes a sign-out, a changed password or a revoked role take effect
 * at once.
 *
 * <p>Results are cached for a few seconds. Ended sessions are announced to all nodes of the
 * cluster, so these few seconds matter only if an announcement is lost. Thread-safe.
 */
final class LiveSessions {

  private static final String INVALIDATE_ADDRESS = "accounts.sessions.forget";
  private static final Logger LOG = LoggerFactory.getLogger(LiveSessions.class);
  private static final Duration CACHED_FOR = Duration.ofSeconds(3);
  private static final int MAX_CACHED = 10_000;

  /** The resolution of a session's last use. */
  private static final Duration TOUCH_INTERVAL = Duration.ofMinutes(1);

  private record State(User user, Instant validAfter, Instant idleEnd, Instant end) {}

  private final Vertx vertx;
  private final Pool pool;
  private final Clock clock;
  private final Cache<UUID, State> states =
      Caffeine.newBuilder()
          .maximumSize(MAX_CACHED)
          .expireAfterWrite(CACHED_FOR)
          // Waking another thread costs more than this cache's maintenance.
          .executor(Runnable::run)
          .build();

  /** Counts invalidations, so that a result read before one is not cached after it. */
  private final AtomicLong invalidations = new AtomicLong();

  LiveSessions(Vertx vertx, Pool pool, Clock clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.clock = clock;
  }

  /** Subscribes to the announcements of other nodes. */
  Future<Void> start() {
    MessageConsumer<String> consumer =
        vertx
            .eventBus()
            .consumer(INVALIDATE_ADDRESS, message -> drop(UUID.fromString(message.body())));
    return consumer.completion();
  }

  /** Makes every node reload the sessions of an account. */
  void invalidate(UUID account) {
    drop(account);
    vertx.eventBus().publish(INVALIDATE_ADDRESS, account.toString());
  }

  private void drop(UUID account) {
    invalidations.incrementAndGet();
    states.asMap().values().removeIf(state -> state.user.id().equals(account));
  }

  /**
   * Returns the user of a token's session; empty if the session has ended or the token was issued
   * before {@link Account#tokensValidAfter}.
   */
  Future<Optional<User>> find(AccessToken token) {
    State known = states.getIfPresent(token.session());
    if (known != null) {
      return Future.succeededFuture(userIfValid(token, known));
    }
    long before = invalidations.get();
    return pool.preparedQuery(
            """
            SELECT s.id, s.last_used_at, s.idle_expires_at, s.expires_at, s.remember,
                   a.id AS account_id, a.username, a.role, a.tokens_valid_after
              FROM sessions s
              JOIN accounts a ON a.id = s.account_id
             WHERE s.id = $1 AND NOT a.disabled
            """)
        .execute(Tuple.of(token.session()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              State state = state(row);
              if (invalidations.get() == before) {
                states.put(token.session(), state);
              }
              Optional<User> user = userIfValid(token, state);
              if (user.isPresent()) {
                touch(row);
              }
              return user;
            });
  }

  private Optional<User> userIfValid(AccessToken token, State state) {
    Instant now = clock.instant();
    // Tokens carry whole seconds. One of the same second is accepted: its session row decides.
    // A moment in the future means that the clock was set back: no new token could be later.
    boolean outdated =
        token.issuedAt().isBefore(state.validAfter.truncatedTo(ChronoUnit.SECONDS))
            && !state.validAfter.isAfter(now);
    boolean valid =
        state.user.id().equals(token.account())
            && !outdated
            && now.isBefore(state.idleEnd)
            && now.isBefore(state.end);
    return valid ? Optional.of(state.user) : Optional.empty();
  }

  /** Extends the idle timeout, asynchronously. */
  private void touch(Row row) {
    Instant now = clock.instant();
    if (instant(row, "last_used_at").plus(TOUCH_INTERVAL).isAfter(now)) {
      return;
    }
    pool.preparedQuery(
            """
            UPDATE sessions SET last_used_at = $2, idle_expires_at = $3
             WHERE id = $1 AND last_used_at < $2
            """)
        .execute(
            Tuple.of(
                row.getUUID("id"),
                utc(now),
                utc(Sessions.idleEnd(now, row.getBoolean("remember")))))
        .onFailure(
            problem ->
                LOG.warn("The last use of a session was not recorded: {}", problem.toString()));
  }

  private static State state(Row row) {
    User user =
        new User(
            row.getUUID("account_id"),
            row.getString("username"),
            Role.of(row.getString("role")),
            row.getUUID("id"));
    return new State(
        user,
        instant(row, "tokens_valid_after"),
        instant(row, "idle_expires_at"),
        instant(row, "expires_at"));
  }

  private static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }
}
