package dev.marque.web;

import org.jspecify.annotations.Nullable;

/**
 * The signed-in person as pages see it.
 *
 * @param username the name to greet with
 * @param admin whether to link the administration
 * @param elsewhere whether a proxy has signed the person in, so that only it can sign out
 * @param signOutUrl where to do that; null where nobody said
 */
public record Viewer(
    String username, boolean admin, boolean elsewhere, @Nullable String signOutUrl) {

  /** Somebody with a session of ours. */
  public Viewer(String username, boolean admin) {
    this(username, admin, false, null);
  }
}
