package dev.marque.web;

import org.jspecify.annotations.Nullable;

/**
 * The signed-in user as pages see it.
 *
 * @param username the name to show
 * @param admin whether to link the administration pages
 * @param elsewhere whether a proxy has signed the user in, in which case only it can sign out
 * @param signOutUrl the proxy's sign-out page, or {@code null} if none is configured
 */
public record Viewer(
    String username, boolean admin, boolean elsewhere, @Nullable String signOutUrl) {

  /** A user with a session of this program. */
  public Viewer(String username, boolean admin) {
    this(username, admin, false, null);
  }
}
