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
 * Slows guessing down, over all nodes, because the counts are in the database.
 *
 * <p>After 10 failures of one name from one address each further try has to wait, twice as long
 * each time, up to 15 minutes. A stranger elsewhere so slows nobody but himself. Who guesses from
 * many addresses, or many names from one, meets the same after 100 and 300 failures. Sessions that
 * exist are not touched, and who has one confirms the password whatever strangers did to the name:
 * there the tries of the session count in its place. An hour without failure forgets all.
 *
 * <p>A try counts as failed from its beginning until it succeeds: otherwise a thousand tries at
 * once would all be let in before the first has failed. So that this refuses no right password,
 * tries of one name from one address take turns ({@link SignInTurns}). A try that succeeded leaves
 * nothing behind, and neither does one that was refused.
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
   * What a try did to the count of one subject.
   *
   * @param blockedUntil until when further tries have to wait because of this one; null if they
   *     have not
   */
  private record Count(Subject subject, int failures, @Nullable OffsetDateTime blockedUntil) {}

  /** A try that has begun, until it is told what came of it. */
  static final class Try {

    private final List<Count> counts;

    private Try(List<Count> counts) {
      this.counts = counts;
    }

    /** Whether this try, if it fails, is the one from which on further tries have to wait. */
    boolean isLastAtOnce() {
      return counts.stream().anyMatch(count -> count.failures == count.subject.limit);
    }
  }

  /**
   * What a try has in common with others. All tries lock them in this order, so that none waits for
   * another that waits for it.
   */
  private static List<Subject> subjects(String username, String address, String nameOrSession) {
    return List.of(
        new Subject(pair(username, address), OF_NAME_AND_ADDRESS),
        new Subject("address " + network(address), OF_ADDRESS),
        new Subject(nameOrSession, OF_NAME));
  }

  /** What tries with the same name from the same address have in common. */
  static String pair(String username, String address) {
    return "name " + username.toLowerCase(Locale.ROOT) + " address " + network(address);
  }

  /**
   * Counts a try that begins; fails with {@link Failure.TooManyRequests} ({@code sign-in-slowed})
   * if it comes too early, and then counts it nowhere: one address cannot lock an account for all
   * others.
   */
  Future<Try> begin(String username, String address) {
    return begin(subjects(username, address, "name " + username.toLowerCase(Locale.ROOT)));
  }

  /** As {@link #begin(String, String)}, for somebody who is signed in and is asked again. */
  Future<Try> beginAgain(User user, String address) {
    String session = "account " + user.id() + " session " + user.session();
    return begin(subjects(user.username(), address, session));
  }

  private Future<Try> begin(List<Subject> subjects) {
    return pool.withTransaction(
        sql -> {
          List<Count> counts = new ArrayList<>();
          Future<?> all = Future.succeededFuture();
          for (Subject subject : subjects) {
            all = all.compose(before -> begin(sql, subject)).onSuccess(counts::add);
          }
          return all.map(counted -> new Try(counts));
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
                utc(now.minus(FORGOTTEN_AFTER)),
                subject.limit,
                (double) FIRST_WAIT.toSeconds(),
                (double) LONGEST_WAIT.toSeconds()))
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

  /** Takes back the count of a try that succeeded, and forgets the failures of this pair. */
  Future<Void> succeeded(Try tried) {
    Subject pair = tried.counts.get(0).subject;
    List<Count> others = tried.counts.subList(1, tried.counts.size());
    return pool.preparedQuery("DELETE FROM sign_in_failures WHERE subject = $1")
        .execute(Tuple.of(SecretToken.hash(pair.name)))
        .compose(deleted -> each(others, this::takeBack));
  }

  /** Takes back the count of a try that came to no answer. */
  Future<Void> undecided(Try tried) {
    return each(tried.counts, this::takeBack);
  }

  /** Leaves the count of a try that failed: from now on it takes an hour to be forgotten. */
  Future<Void> failed(Try tried) {
    return each(tried.counts, this::keep);
  }

  private static Future<Void> each(List<Count> counts, Function<Count, Future<Void>> work) {
    Future<Void> all = Future.succeededFuture();
    for (Count count : counts) {
      all = all.compose(done -> work.apply(count));
    }
    return all;
  }

  /** With the count goes the wait that came with it, unless a later try made its own. */
  private Future<Void> takeBack(Count count) {
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

  /** Deletes counts that no longer matter, in portions; their number. */
  Future<Integer> deleteForgotten() {
    OffsetDateTime moment = utc(clock.instant().minus(FORGOTTEN_AFTER));
    return Chunks.process(PORTION, () -> deleteBefore(moment));
  }

  /** Without waiting for a try at work, which may wait for a row that is deleted here. */
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
