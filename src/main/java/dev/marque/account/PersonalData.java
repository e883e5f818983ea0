package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;

/** What another room keeps of a person, to export and to delete all of it. */
public interface PersonalData {

  /** Takes one file after the other. */
  interface Sink {

    /**
     * Adds a file; the next one may be added when this has succeeded.
     *
     * @param name with folders, for example {@code photos/0192.jpg}
     */
    Future<Void> add(String name, Buffer content);
  }

  /** Gives everything that is one account's to the sink. */
  Future<Void> export(UUID account, Sink sink);

  /**
   * Deletes everything that is one account's, in portions that do not hold locks for long. What is
   * added meanwhile may stay: it goes with the account's row.
   */
  Future<Void> delete(UUID account);

  /** Deletes everything that several rooms keep of an account. */
  static Future<Void> delete(List<PersonalData> rooms, UUID account) {
    Future<Void> deleted = Future.succeededFuture();
    for (PersonalData room : rooms) {
      deleted = deleted.compose(before -> room.delete(account));
    }
    return deleted;
  }
}
