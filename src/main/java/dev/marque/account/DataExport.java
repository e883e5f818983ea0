package dev.marque.account;

import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Objects;

/** Exports all data kept about a person, for that person (GDPR, article 20). */
final class DataExport {

  private final Pool pool;
  private final OwnAccount own;
  private final Identities identities;
  private final Sessions sessions;
  private final PersonalTokens tokens;
  private final Audit audit;
  private final List<PersonalData> personalData;

  /**
   * @param personalData the data other features keep about a person
   */
  DataExport(
      Pool pool,
      OwnAccount own,
      Identities identities,
      Sessions sessions,
      PersonalTokens tokens,
      Audit audit,
      List<PersonalData> personalData) {
    this.pool = pool;
    this.own = own;
    this.identities = identities;
    this.sessions = sessions;
    this.tokens = tokens;
    this.audit = audit;
    this.personalData = List.copyOf(personalData);
  }

  /** Sends the complete archive. */
  Future<Void> send(User user, Client client, ZipStream zip) {
    Future<Void> sent =
        audit
            .record(pool, AuditEvent.DATA_EXPORTED, user, user, client)
            .compose(noted -> own.of(user))
            .compose(account -> zip.add("account.json", account.toJson().toBuffer()))
            .compose(added -> identities.of(user.id()))
            .compose(list -> zip.add("identities.json", identities(list).toBuffer()))
            .compose(added -> sessions.all(user.id(), user.session()))
            .compose(list -> zip.add("sessions.json", sessions(list).toBuffer()))
            .compose(added -> tokens.of(user.id()))
            .compose(list -> zip.add("tokens.json", tokens(list).toBuffer()))
            .compose(added -> audit.of(pool, user.id()))
            .compose(entries -> zip.add("events.json", events(entries).toBuffer()));
    for (PersonalData feature : personalData) {
      sent = sent.compose(added -> feature.export(user.id(), zip::add));
    }
    return sent.compose(added -> zip.end());
  }

  private static JsonArray identities(List<Identity> identities) {
    JsonArray array = new JsonArray();
    for (Identity identity : identities) {
      array.add(
          new JsonObject()
              .put("issuer", identity.issuer())
              .put("subject", identity.subject())
              .put("created_at", identity.createdAt().toString()));
    }
    return array;
  }

  private static JsonArray sessions(List<Session> sessions) {
    JsonArray array = new JsonArray();
    for (Session session : sessions) {
      array.add(
          new JsonObject()
              .put("created_at", session.createdAt().toString())
              .put("last_used_at", session.lastUsedAt().toString())
              .put("user_agent", session.userAgent())
              .put("address", session.address()));
    }
    return array;
  }

  private static JsonArray tokens(List<PersonalToken> tokens) {
    JsonArray array = new JsonArray();
    tokens.forEach(token -> array.add(token.toJson()));
    return array;
  }

  private static JsonArray events(List<AuditEntry> entries) {
    JsonArray array = new JsonArray();
    for (AuditEntry entry : entries) {
      array.add(
          new JsonObject()
              .put("at", entry.at().toString())
              .put("event", entry.event())
              .put("address", isByAdministrator(entry) ? null : entry.address())
              .put("detail", entry.detail()));
    }
    return array;
  }

  /** An administrator's network address is not disclosed to the person. */
  private static boolean isByAdministrator(AuditEntry entry) {
    return entry.actor() != null && !Objects.equals(entry.actor(), entry.subject());
  }
}
