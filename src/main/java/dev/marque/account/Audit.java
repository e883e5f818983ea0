package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Ids;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The audit table. What changes something is recorded in the transaction that changes it. Names
 * that somebody typed and nobody has are never recorded: they may be a password in the wrong field.
 */
final class Audit {

  /** The most rows that are deleted at once, so that no lock is held for long. */
  static final int PORTION = 1000;

  private final Clock clock;

  Audit(Clock clock) {
    this.clock = clock;
  }

  /** Somebody's own doing, or what somebody signed in does to another account. */
  Future<Void> record(SqlClient sql, AuditEvent event, User actor, User subject, Client client) {
    return insert(
        sql, event, actor.id(), actor.username(), subject.id(), subject.username(), client, null);
  }

  /** What somebody signed in does to an account, with a word on it. */
  Future<Void> record(
      SqlClient sql,
      AuditEvent event,
      User actor,
      Account subject,
      Client client,
      @Nullable String detail) {
    return insert(
        sql, event, actor.id(), actor.username(), subject.id(), subject.username(), client, detail);
  }

  /** What nobody signed in does to an account; null where it is not known which. */
  Future<Void> record(SqlClient sql, AuditEvent event, @Nullable Account subject, Client client) {
    return record(sql, event, subject, client, null);
  }

  /** What nobody signed in does to an account, with a word on it. */
  Future<Void> record(
      SqlClient sql,
      AuditEvent event,
      @Nullable Account subject,
      Client client,
      @Nullable String detail) {
    return insert(
        sql,
        event,
        null,
        null,
        subject == null ? null : subject.id(),
        subject == null ? null : subject.username(),
        client,
        detail);
  }

  /** That an account was made, and whether for an administrator. */
  Future<Void> recordSignedUp(SqlClient sql, Account made, Client client) {
    String detail = made.role() == Role.ADMIN ? made.role().code() : null;
    return record(sql, AuditEvent.SIGNED_UP, made, client, detail);
  }

  private Future<Void> insert(
      SqlClient sql,
      AuditEvent event,
      @Nullable UUID actorId,
      @Nullable String actor,
      @Nullable UUID subjectId,
      @Nullable String subject,
      Client client,
      @Nullable String detail) {
    return sql.preparedQuery(
            """
            INSERT INTO audit (id, at, event, actor_id, actor, subject_id, subject, address, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)
        .execute(
            Tuple.tuple()
                .addUUID(Ids.next())
                .addOffsetDateTime(utc(clock.instant()))
                .addString(event.code())
                .addUUID(actorId)
                .addString(actor)
                .addUUID(subjectId)
                .addString(subject)
                .addString(client.address())
                .addString(detail))
        .mapEmpty();
  }

  /**
   * What happened, the latest first.
   *
   * @param search part of a name, or an address; empty for all
   * @param event one kind of event; null for all
   * @param before the last entry of the page before; null for the first page
   */
  Future<List<AuditEntry>> list(
      SqlClient sql, String search, @Nullable AuditEvent event, @Nullable UUID before, int limit) {
    return sql.preparedQuery(
            """
            SELECT id, at, event, actor, subject, address, detail
              FROM audit
             WHERE ($1::uuid IS NULL OR id < $1)
               AND ($2 = '' OR address = $2
                    OR strpos(lower(actor), lower($2)) > 0
                    OR strpos(lower(subject), lower($2)) > 0)
               AND ($3::text IS NULL OR event = $3)
             ORDER BY id DESC
             LIMIT $4
            """)
        .execute(
            Tuple.tuple()
                .addUUID(before)
                .addString(search)
                .addString(event == null ? null : event.code())
                .addInteger(limit))
        .map(Audit::entries);
  }

  /** What happened to one account, the latest first, for its owner. */
  Future<List<AuditEntry>> of(SqlClient sql, UUID account) {
    return sql.preparedQuery(
            """
            SELECT id, at, event, actor, subject, address, detail
              FROM audit WHERE subject_id = $1 ORDER BY id DESC LIMIT 10000
            """)
        .execute(Tuple.of(account))
        .map(Audit::entries);
  }

  /**
   * Deletes what happened more than some days ago by the database's clock, at most {@link #PORTION}
   * rows, the oldest first. A node whose clock is wrong would delete them too early.
   *
   * @return how many were deleted
   */
  Future<Integer> deleteOld(SqlClient sql, int days) {
    return sql.preparedQuery(
            """
            DELETE FROM audit
             WHERE id = ANY (ARRAY(
               SELECT id FROM audit WHERE at < now() - make_interval(days => $1)
               ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(days, PORTION))
        .map(RowSet::rowCount);
  }

  private static List<AuditEntry> entries(RowSet<Row> rows) {
    List<AuditEntry> entries = new ArrayList<>();
    for (Row row : rows) {
      entries.add(
          new AuditEntry(
              row.getUUID("id"),
              row.getOffsetDateTime("at").toInstant(),
              row.getString("event"),
              row.getString("actor"),
              row.getString("subject"),
              row.getString("address"),
              row.getString("detail")));
    }
    return entries;
  }
}
