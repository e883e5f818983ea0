package dev.marque.account;

import java.util.UUID;

/**
 * The signed-in person of a request.
 *
 * @param id the account's key
 * @param username the name to show
 * @param role what the person may do
 * @param session the session this request belongs to; {@link #NO_SESSION} where a proxy signs the
 *     person in
 */
public record User(UUID id, String username, Role role, UUID session) {

  /** Stands for the session that somebody does not have who is signed in elsewhere. */
  static final UUID NO_SESSION = new UUID(0, 0);

  public boolean isAdmin() {
    return role == Role.ADMIN;
  }

  boolean hasSession() {
    return !session.equals(NO_SESSION);
  }
}
