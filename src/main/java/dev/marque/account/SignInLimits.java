package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Portions;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Slows guessing down, over all nodes, because the counts are in the database.
 *
 * <p>After 10 failures of one name from one address each further try has to wait, twice as long
 * each time, up to 15 minutes. A stranger elsewhere so slows nobody but himself. Who guesses from
 * many addresses, or many names from one, meets the same after 100 and 300 failures. Sessions that
 * exist are not touched. An hour without failure forgets all.
 *
 * <p>A try counts as failed from its beginning until it succeeds: otherwise a thousand tries at
 * once would all be let in before the first has failed. So that this refuses no right password,
 * tries of one name from one address take turns ({@link SignInTurns}).
 */
final class SignInLimits {

  private static final int OF_NAME_AND_ADDRESS = 10;
  private static final int OF_NAME = 100;
  private static final int OF_ADDRESS = 300;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
  private static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);
  private static final int PORTION = 1000;

  private final Pool pool;
  private final Clock clock;

  SignInLimits(Pool pool, Clock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  private record Subject(String name, int limit) {}

  /**
   * What a try has in common with others, the narrowest first: a try that is refused there counts
   * nowhere else, so one address cannot lock an account for all others.
   */
  private static List<Subject> subjects(String username, String address) {
    return List.of(
        new Subject(pair(username, address), OF_NAME_AND_ADDRESS),
        new Subject("address " + network(address), OF_ADDRESS),
        new Subject("name " + username.toLowerCase(Locale.ROOT), OF_NAME));
  }

  /** What tries with the same name from the same address have in common. */
  static String pair(String username, String address) {
    return "name " + username.toLowerCase(Locale.ROOT) + " address " + network(address);
  }

  /**
   * Counts a try that begins; fails with {@link Failure.TooManyRequests} ({@code sign-in-slowed})
   * if it comes too early.
   *
   * @return whether this try, if it fails, is the one from which on further tries have to wait
   */
  Future<Boolean> begin(String username, String address) {
    Future<Boolean> all = Future.succeededFuture(false);
    for (Subject subject : subjects(username, address)) {
      all = all.compose(before -> begin(subject).map(last -> before || last));
    }
    return all;
  }

  private Future<Boolean> begin(Subject subject) {
    Instant now = clock.instant();
    return pool.preparedQuery(
            """
            INSERT INTO sign_in_failures AS f (subject, failures, last_at)
            VALUES ($1, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END,
                last_at = $2,
                blocked_until = CASE WHEN f.failures + 1 >= $4 AND f.last_at >= $3
                    THEN $2 + least($6, $5 * power(2, least(f.failures + 1 - $4, 20)))
                              * interval '1 second'
                END
            WHERE f.blocked_until IS NULL OR f.blocked_until <= $2
            RETURNING failures
            """)
        .execute(
            Tuple.of(
                SecretToken.hash(subject.name),
                utc(now),
                utc(now.minus(FORGOTTEN_AFTER)),
                subject.limit,
                (double) FIRST_WAIT.toSeconds(),
                (double) LONGEST_WAIT.toSeconds()))
        .compose(
            counted ->
                counted.rowCount() == 1
                    ? Future.succeededFuture(failures(counted) == subject.limit)
                    : refuse(subject, now));
  }

  private static int failures(RowSet<Row> counted) {
    return counted.iterator().next().getInteger("failures");
  }

  private <T> Future<T> refuse(Subject subject, Instant now) {
    return pool.preparedQuery("SELECT blocked_until FROM sign_in_failures WHERE subject = $1")
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

  /** Takes back the count of a try that succeeded, and forgets the failures of this pair. */
  Future<Void> succeeded(String username, String address) {
    List<Subject> subjects = subjects(username, address);
    Subject pair = subjects.get(0);
    Future<Void> all =
        pool.preparedQuery("DELETE FROM sign_in_failures WHERE subject = $1")
            .execute(Tuple.of(SecretToken.hash(pair.name)))
            .mapEmpty();
    for (Subject subject : subjects.subList(1, subjects.size())) {
      all = all.compose(done -> takeBack(subject));
    }
    return all;
  }

  /** Takes back the count of a try that came to no answer. */
  Future<Void> undecided(String username, String address) {
    Future<Void> all = Future.succeededFuture();
    for (Subject subject : subjects(username, address)) {
      all = all.compose(done -> takeBack(subject));
    }
    return all;
  }

  private Future<Void> takeBack(Subject subject) {
    return pool.preparedQuery(
            """
            UPDATE sign_in_failures
               SET failures = greatest(failures - 1, 0),
                   blocked_until = CASE WHEN failures - 1 >= $2 THEN blocked_until END
             WHERE subject = $1
            """)
        .execute(Tuple.of(SecretToken.hash(subject.name), subject.limit))
        .mapEmpty();
  }

  /** Deletes counts that no longer matter, in portions; their number. */
  Future<Integer> deleteForgotten() {
    OffsetDateTime moment = utc(clock.instant().minus(FORGOTTEN_AFTER));
    return Portions.count(PORTION, () -> deleteBefore(moment));
  }

  private Future<Integer> deleteBefore(OffsetDateTime moment) {
    return pool.preparedQuery(
            """
            DELETE FROM sign_in_failures
             WHERE subject = ANY (ARRAY(
               SELECT subject FROM sign_in_failures WHERE last_at < $1
               LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(moment, PORTION))
        .map(RowSet::rowCount);
  }

  /** An IPv6 household has 2^64 addresses: the first half is what counts. */
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
