package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/** What other rooms keep of a person, for the export of all of it. */
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
}
