package dev.marque.account;

import dev.marque.platform.Chunks;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;

/** Forgets what happened longer ago than the operator keeps it ({@code marque.audit.days}). */
final class AuditRetention {

  private final Pool pool;
  private final Audit audit;
  private final int days;

  /**
   * @param days 0: entries are kept for ever
   */
  AuditRetention(Pool pool, Audit audit, int days) {
    this.pool = pool;
    this.audit = audit;
    this.days = days;
  }

  /** Deletes what is due, in portions; the number of entries. */
  Future<Integer> deleteOld() {
    if (days == 0) {
      return Future.succeededFuture(0);
    }
    return Chunks.process(Audit.PORTION, () -> audit.deleteOld(pool, days));
  }
}
