package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;

/** The data another feature keeps about a person, for export and deletion. */
public interface PersonalData {

  /** Receives the exported files, one at a time. */
  interface Sink {

    /**
     * Adds a file. Add the next one only after this future has succeeded.
     *
     * @param name may contain folders, for example {@code photos/0192.jpg}
     */
    Future<Void> add(String name, Buffer content);
  }

  /** Writes all data of an account to the sink. */
  Future<Void> export(UUID account, Sink sink);

  /**
   * Deletes all data of an account, in chunks that keep locks short. Rows added in the meantime may
   * remain; they are deleted with the account's row.
   */
  Future<Void> delete(UUID account);

  /** Deletes all data that several features keep about an account. */
  static Future<Void> delete(List<PersonalData> features, UUID account) {
    Future<Void> deleted = Future.succeededFuture();
    for (PersonalData feature : features) {
      deleted = deleted.compose(before -> feature.delete(account));
    }
    return deleted;
  }
}
