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
 * Tells whether the session of an access token goes on. A token is good for minutes whatever
 * happens; this is what makes a sign-out, another password or a lost role count at once.
 *
 * <p>Answers are kept for a few seconds; ended sessions are announced to all nodes of the cluster,
 * so the few seconds only matter when an announcement is lost. Safe on every thread.
 */
final class LiveSessions {

  private static final String FORGET = "accounts.sessions.forget";
  private static final Logger LOG = LoggerFactory.getLogger(LiveSessions.class);
  private static final Duration KEPT = Duration.ofSeconds(3);
  private static final int MOST = 10_000;

  /** How precisely the last use of a session is known. */
  private static final Duration TOUCH = Duration.ofMinutes(1);

  private record State(User user, Instant validAfter, Instant idleEnd, Instant end) {}

  private final Vertx vertx;
  private final Pool pool;
  private final Clock clock;
  private final Cache<UUID, State> states =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(KEPT).build();

  /** Counts what was forgotten, so that no answer from before is kept after. */
  private final AtomicLong forgotten = new AtomicLong();

  LiveSessions(Vertx vertx, Pool pool, Clock clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.clock = clock;
  }

  /** Listens to what other nodes end. */
  Future<Void> start() {
    MessageConsumer<String> consumer =
        vertx.eventBus().consumer(FORGET, message -> drop(UUID.fromString(message.body())));
    return consumer.completion();
  }

  /** Makes every node look again at the sessions of an account. */
  void forget(UUID account) {
    drop(account);
    vertx.eventBus().publish(FORGET, account.toString());
  }

  private void drop(UUID account) {
    forgotten.incrementAndGet();
    states.asMap().values().removeIf(state -> state.user.id().equals(account));
  }

  /** Whose session it is; empty if it is over or the token is from before it last counted. */
  Future<Optional<User>> find(AccessToken token) {
    State known = states.getIfPresent(token.session());
    if (known != null) {
      return Future.succeededFuture(judge(token, known));
    }
    long before = forgotten.get();
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
              if (forgotten.get() == before) {
                states.put(token.session(), state);
              }
              Optional<User> user = judge(token, state);
              if (user.isPresent()) {
                touch(row);
              }
              return user;
            });
  }

  private Optional<User> judge(AccessToken token, State state) {
    Instant now = clock.instant();
    // Tokens carry whole seconds. One of the same second is believed: its session row decides.
    // Where the moment is still to come, the clock was set back: no new token could be later.
    boolean outdated =
        token.issuedAt().isBefore(state.validAfter.truncatedTo(ChronoUnit.SECONDS))
            && !state.validAfter.isAfter(now);
    boolean holds =
        state.user.id().equals(token.account())
            && !outdated
            && now.isBefore(state.idleEnd)
            && now.isBefore(state.end);
    return holds ? Optional.of(state.user) : Optional.empty();
  }

  /** Moves the idle limit; nobody waits for it. */
  private void touch(Row row) {
    Instant now = clock.instant();
    if (instant(row, "last_used_at").plus(TOUCH).isAfter(now)) {
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
            problem -> LOG.warn("The last use of a session was not noted: {}", problem.toString()));
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
