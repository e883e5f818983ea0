package dev.marque.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in the audit log requests that are refused to a known account. At most one entry per
 * account, kind and interval: one shows the attempt, and a script that makes thousands cannot fill
 * the table. Recording succeeds even if the entry cannot be stored: the request is refused anyway.
 * Thread-safe.
 */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final int MAX_CACHED = 10_000;

  private final Pool pool;
  private final Audit audit;
  private final Cache<Kind, Boolean> recorded =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(INTERVAL).build();

  private record Kind(AuditEvent event, UUID account) {}

  Refusals(Pool pool, Audit audit) {
    this.pool = pool;
    this.audit = audit;
  }

  /** Records that a user without the role requested an administrators' route. */
  Future<Void> recordAdministration(User user, Client client) {
    AuditEvent event = AuditEvent.ADMINISTRATION_REFUSED;
    return once(new Kind(event, user.id()), () -> audit.record(pool, event, user, user, client));
  }

  /** Records that a proxy named the owner of a disabled account. */
  Future<Void> recordSignIn(Account account, Client client) {
    AuditEvent event = AuditEvent.SIGN_IN_REFUSED;
    return once(new Kind(event, account.id()), () -> audit.record(pool, event, account, client));
  }

  private Future<Void> once(Kind kind, Supplier<Future<Void>> record) {
    if (recorded.asMap().putIfAbsent(kind, true) != null) {
      return Future.succeededFuture();
    }
    return record
        .get()
        .onFailure(
            problem -> {
              recorded.invalidate(kind);
              LOG.warn("A refusal was not recorded in the audit log: {}", problem.toString());
            })
        .otherwiseEmpty();
  }
}
