package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Chunks;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Slows down password guessing. The counts are in the database and thus apply to all nodes.
 *
 * <p>After 10 failures of one user name from one network address, each further attempt has to wait,
 * twice as long each time, up to 15 minutes, so an attacker elsewhere does not lock the owner out.
 * Attackers who use many addresses, or try many names from one, meet the same wait after 100 and
 * 300 failures. Existing sessions are not affected. When a signed-in person confirms the password,
 * the count of the session applies instead of that of the name. An hour without failure resets all
 * counts.
 *
 * <p>An attempt counts as failed from its start until it succeeds: otherwise a thousand concurrent
 * attempts would all be admitted before the first has failed. To keep that from rejecting correct
 * passwords, attempts with one name from one address take turns ({@link SignInTurns}). An attempt
 * that succeeds leaves no count behind, and neither does one that is rejected.
 */
final class SignInLimits {

  private static final int MAX_FAILURES_BY_NAME_AND_ADDRESS = 10;
  private static final int MAX_FAILURES_BY_NAME = 100;
  private static final int MAX_FAILURES_BY_ADDRESS = 300;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration MAX_WAIT = Duration.ofMinutes(15);
  private static final Duration RESET_AFTER = Duration.ofHours(1);
  private static final int CHUNK_SIZE = 1000;

  private final Pool pool;
  private final Clock clock;

  SignInLimits(Pool pool, Clock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  private record Subject(String name, int limit) {}

  /**
   * The effect of an attempt on the count of one subject.
   *
   * @param blockedUntil until when this attempt makes further ones wait; null if it does not
   */
  private record Count(Subject subject, int failures, @Nullable OffsetDateTime blockedUntil) {}

  /** A started attempt, until its outcome is reported. */
  static final class Attempt {

    private final List<Count> counts;

    private Attempt(List<Count> counts) {
      this.counts = counts;
    }

    /** Returns whether this attempt, if it fails, is the one that starts the slowdown. */
    boolean startsSlowdown() {
      return counts.stream().anyMatch(count -> count.failures == count.subject.limit);
    }
  }

  /**
   * Returns the subjects whose counts an attempt increases. All attempts lock them in this order,
   * which prevents deadlocks.
   */
  private static List<Subject> subjects(String username, String address, String nameOrSession) {
    return List.of(
        new Subject(pair(username, address), MAX_FAILURES_BY_NAME_AND_ADDRESS),
        new Subject("address " + network(address), MAX_FAILURES_BY_ADDRESS),
        new Subject(nameOrSession, MAX_FAILURES_BY_NAME));
  }

  /** Returns the subject shared by attempts with the same user name from the same address. */
  static String pair(String username, String address) {
    // The name comes last: it is any text, and must not pass for a part of another subject.
    return "pair " + network(address) + " " + username.toLowerCase(Locale.ROOT);
  }

  /**
   * Counts a new attempt. Fails with {@link Failure.TooManyRequests} ({@code sign-in-slowed}) if it
   * comes too early, and then counts it nowhere: one address cannot lock an account for all others.
   */
  Future<Attempt> begin(String username, String address) {
    return begin(subjects(username, address, "name " + username.toLowerCase(Locale.ROOT)));
  }

  /**
   * Counts an attempt of a signed-in person to confirm the password; fails as {@link #begin(String,
   * String)} does.
   */
  Future<Attempt> beginConfirmation(User user, String address) {
    String session = "account " + user.id() + " session " + user.session();
    return begin(subjects(user.username(), address, session));
  }

  private Future<Attempt> begin(List<Subject> subjects) {
    return pool.withTransaction(
        sql -> {
          List<Count> counts = new ArrayList<>();
          Future<?> all = Future.succeededFuture();
          for (Subject subject : subjects) {
            all = all.compose(before -> begin(sql, subject)).onSuccess(counts::add);
          }
          return all.map(counted -> new Attempt(counts));
        });
  }

  private Future<Count> begin(SqlClient sql, Subject subject) {
    Instant now = clock.instant();
    return sql.preparedQuery(
            """
            INSERT INTO sign_in_failures AS f (subject, failures, last_at)
            VALUES ($1, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END,
                last_at = CASE WHEN f.last_at < $3 THEN $2 ELSE f.last_at END,
                blocked_until = CASE WHEN f.failures + 1 >= $4 AND f.last_at >= $3
                    THEN $2 + least($6, $5 * power(2, least(f.failures + 1 - $4, 20)))
                              * interval '1 second'
                END
            WHERE f.blocked_until IS NULL OR f.blocked_until <= $2
            RETURNING failures, blocked_until
            """)
        .execute(
            Tuple.of(
                SecretToken.hash(subject.name),
                utc(now),
                utc(now.minus(RESET_AFTER)),
                subject.limit,
                (double) FIRST_WAIT.toSeconds(),
                (double) MAX_WAIT.toSeconds()))
        .compose(
            counted ->
                counted.rowCount() == 1
                    ? Future.succeededFuture(count(subject, counted.iterator().next()))
                    : refuse(sql, subject, now));
  }

  private static Count count(Subject subject, Row row) {
    return new Count(subject, row.getInteger("failures"), row.getOffsetDateTime("blocked_until"));
  }

  private static <T> Future<T> refuse(SqlClient sql, Subject subject, Instant now) {
    return sql.preparedQuery("SELECT blocked_until FROM sign_in_failures WHERE subject = $1")
        .execute(Tuple.of(SecretToken.hash(subject.name)))
        .compose(rows -> Future.failedFuture(slowed(rows, now)));
  }

  private static Failure slowed(RowSet<Row> rows, Instant now) {
    Duration wait = Duration.ofSeconds(1);
    for (Row row : rows) {
      OffsetDateTime until = row.getOffsetDateTime("blocked_until");
      if (until != null && until.toInstant().isAfter(now)) {
        wait = Duration.between(now, until.toInstant()).plusSeconds(1);
      }
    }
    return new Failure.TooManyRequests("sign-in-slowed", Duration.ofSeconds(wait.toSeconds()));
  }

  /** Reverts the counts of an attempt that succeeded, and resets that of its name and address. */
  Future<Void> succeeded(Attempt attempt) {
    Subject pair = attempt.counts.get(0).subject;
    List<Count> others = attempt.counts.subList(1, attempt.counts.size());
    return pool.preparedQuery("DELETE FROM sign_in_failures WHERE subject = $1")
        .execute(Tuple.of(SecretToken.hash(pair.name)))
        .compose(deleted -> each(others, this::uncount));
  }

  /** Reverts the counts of an attempt that ended without a result. */
  Future<Void> abandoned(Attempt attempt) {
    return each(attempt.counts, this::uncount);
  }

  /** Keeps the counts of an attempt that failed; the hour until they are reset starts now. */
  Future<Void> failed(Attempt attempt) {
    return each(attempt.counts, this::keep);
  }

  private static Future<Void> each(List<Count> counts, Function<Count, Future<Void>> work) {
    Future<Void> all = Future.succeededFuture();
    for (Count count : counts) {
      all = all.compose(done -> work.apply(count));
    }
    return all;
  }

  /** Reverts a count and the wait that it caused, unless a later attempt has set its own. */
  private Future<Void> uncount(Count count) {
    return pool.preparedQuery(
            """
            UPDATE sign_in_failures
               SET failures = greatest(failures - 1, 0),
                   blocked_until = CASE WHEN failures - 1 >= $2 AND blocked_until IS DISTINCT FROM $3
                       THEN blocked_until END
             WHERE subject = $1
            """)
        .execute(
            Tuple.of(SecretToken.hash(count.subject.name), count.subject.limit, count.blockedUntil))
        .mapEmpty();
  }

  private Future<Void> keep(Count count) {
    return pool.preparedQuery(
            "UPDATE sign_in_failures SET last_at = greatest(last_at, $2) WHERE subject = $1")
        .execute(Tuple.of(SecretToken.hash(count.subject.name), utc(clock.instant())))
        .mapEmpty();
  }

  /**
   * Deletes counts that have expired by the database's clock, too, in chunks, and returns their
   * number.
   */
  Future<Integer> deleteExpired() {
    OffsetDateTime now = utc(clock.instant());
    return Chunks.process(CHUNK_SIZE, () -> deleteExpired(now));
  }

  /** Skips locked rows: their attempts may in turn wait for a row that is deleted here. */
  private Future<Integer> deleteExpired(OffsetDateTime now) {
    return pool.preparedQuery(
            """
            DELETE FROM sign_in_failures
             WHERE subject = ANY (ARRAY(
               SELECT subject FROM sign_in_failures
                WHERE last_at < least($1, now()) - make_interval(secs => $2)
               LIMIT $3 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(now, (double) RESET_AFTER.toSeconds(), CHUNK_SIZE))
        .map(RowSet::rowCount);
  }

  /**
   * Returns the part of an address that is counted: of IPv6 the first 64 bits, since one household
   * has 2^64 addresses.
   */
  static String network(String address) {
    if (!address.contains(":")) {
      return address;
    }
    try {
      byte[] bytes = InetAddress.getByName(address).getAddress();
      return HexFormat.of().formatHex(bytes.length == 16 ? Arrays.copyOf(bytes, 8) : bytes);
    } catch (UnknownHostException e) {
      return address;
    }
  }
}
