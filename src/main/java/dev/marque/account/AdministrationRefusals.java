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
 * Records in the audit log that a user without the role requested an administrators' route. At most
 * one entry per account and interval: one shows the attempt, and a script that makes thousands
 * cannot fill the table. Thread-safe.
 */
final class AdministrationRefusals {

  private static final Logger LOG = LoggerFactory.getLogger(AdministrationRefusals.class);
  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final int MAX_CACHED = 10_000;

  private final Pool pool;
  private final Audit audit;
  private final Cache<UUID, Boolean> recorded =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(INTERVAL).build();

  AdministrationRefusals(Pool pool, Audit audit) {
    this.pool = pool;
    this.audit = audit;
  }

  /** Records a refusal. Succeeds even if it cannot be recorded: the request is refused anyway. */
  Future<Void> record(User user, Client client) {
    if (recorded.asMap().putIfAbsent(user.id(), true) != null) {
      return Future.succeededFuture();
    }
    return audit
        .record(pool, AuditEvent.ADMINISTRATION_REFUSED, user, user, client)
        .onFailure(
            problem -> {
              recorded.invalidate(user.id());
              LOG.warn("A refusal was not recorded in the audit log: {}", problem.toString());
            })
        .otherwiseEmpty();
  }
}
