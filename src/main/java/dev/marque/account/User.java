package dev.marque.account;

import java.util.UUID;

/**
 * The signed-in person of a request.
 *
 * @param id the account's key
 * @param username the name to show
 * @param role what the person may do
 * @param session the session this request belongs to
 */
public record User(UUID id, String username, Role role, UUID session) {

  public boolean isAdmin() {
    return role == Role.ADMIN;
  }
}
