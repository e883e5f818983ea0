package dev.marque.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the audit log who asked for what only administrators may. Of each account once in a
 * while: one entry shows that somebody tries doors, and a script that tries thousands fills no
 * table. Safe on every thread.
 */
final class AdministrationRefusals {

  private static final Logger LOG = LoggerFactory.getLogger(AdministrationRefusals.class);
  private static final Duration ONCE_IN = Duration.ofMinutes(10);
  private static final int MOST = 10_000;

  private final Pool pool;
  private final Audit audit;
  private final Cache<UUID, Boolean> noted =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(ONCE_IN).build();

  AdministrationRefusals(Pool pool, Audit audit) {
    this.pool = pool;
    this.audit = audit;
  }

  /** Notes one; succeeds even where it could not be noted, for the refusal stands anyway. */
  Future<Void> note(User user, Client client) {
    if (noted.asMap().putIfAbsent(user.id(), true) != null) {
      return Future.succeededFuture();
    }
    return audit
        .record(pool, AuditEvent.ADMINISTRATION_REFUSED, user, user, client)
        .onFailure(
            problem -> {
              noted.invalidate(user.id());
              LOG.warn("A refusal was not noted in the audit log: {}", problem.toString());
            })
        .otherwiseEmpty();
  }
}
