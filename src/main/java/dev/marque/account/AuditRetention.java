package dev.marque.account;

import dev.marque.platform.Chunks;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;

/** Deletes audit entries older than {@code marque.audit.days}. */
final class AuditRetention {

  private final Pool pool;
  private final Audit audit;
  private final int days;

  /**
   * @param days 0 keeps entries forever
   */
  AuditRetention(Pool pool, Audit audit, int days) {
    this.pool = pool;
    this.audit = audit;
    this.days = days;
  }

  /** Deletes expired entries in chunks and returns their number. */
  Future<Integer> deleteOld() {
    if (days == 0) {
      return Future.succeededFuture(0);
    }
    return Chunks.process(Audit.CHUNK_SIZE, () -> audit.deleteOld(pool, days));
  }
}
