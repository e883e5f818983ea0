package dev.marque.account;

import java.util.UUID;

/**
 * The signed-in person of a request.
 *
 * @param id the account's id
 * @param username the display name
 * @param role the person's role
 * @param session the session of the request, or the id of its personal token; {@link #NO_SESSION}
 *     if a proxy signs the person in
 */
public record User(UUID id, String username, Role role, UUID session) {

  /** The session id of a person signed in by a proxy, who has no session. */
  static final UUID NO_SESSION = new UUID(0, 0);

  public boolean isAdmin() {
    return role == Role.ADMIN;
  }

  boolean hasSession() {
    return !session.equals(NO_SESSION);
  }
}
