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
 * The audit table. Each change is recorded in the transaction that makes it. A user name that was
 * typed but belongs to no account is never recorded: it may be a password entered in the wrong
 * field.
 */
final class Audit {

  /** Maximum rows deleted in one statement, to keep locks short. */
  static final int CHUNK_SIZE = 1000;

  private final Clock clock;

  Audit(Clock clock) {
    this.clock = clock;
  }

  /** Records an action of a signed-in person on their own account or on another one. */
  Future<Void> record(SqlClient sql, AuditEvent event, User actor, User subject, Client client) {
    return insert(
        sql, event, actor.id(), actor.username(), subject.id(), subject.username(), client, null);
  }

  /** Records an action of a signed-in person on an account, with a detail. */
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

  /**
   * Records an event without a signed-in person; {@code subject} is null if the account is unknown.
   */
  Future<Void> record(SqlClient sql, AuditEvent event, @Nullable Account subject, Client client) {
    return record(sql, event, subject, client, null);
  }

  /** Records an event without a signed-in person, with a detail. */
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

  /** Records that an account was created, and whether for an administrator. */
  Future<Void> recordSignedUp(SqlClient sql, Account account, Client client) {
    String detail = account.role() == Role.ADMIN ? account.role().code() : null;
    return record(sql, AuditEvent.SIGNED_UP, account, client, detail);
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
   * Returns entries, newest first.
   *
   * @param search part of a user name, or a whole network address; empty for all
   * @param event the kind of event; null for all
   * @param before the last entry of the previous page; null for the first page
   * @param limit maximum number of entries
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

  /** Returns the entries about one account, newest first, for its owner. */
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
   * Deletes entries older than {@code days}, at most {@link #CHUNK_SIZE}, the oldest first. Uses
   * the database's clock, since a node with a wrong clock would delete entries too early.
   *
   * @return the number of deleted entries
   */
  Future<Integer> deleteOld(SqlClient sql, int days) {
    return sql.preparedQuery(
            """
            DELETE FROM audit
             WHERE id = ANY (ARRAY(
               SELECT id FROM audit WHERE at < now() - make_interval(days => $1)
               ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(days, CHUNK_SIZE))
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
