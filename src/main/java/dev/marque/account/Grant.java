package dev.marque.account;

/**
 * The tokens that a sign-in or a refresh issues to a client.
 *
 * @param accessToken valid for {@link Tokens#LIFETIME}
 * @param refreshToken valid for one refresh and a grace period, see {@link Sessions}
 * @param remember whether the browser keeps the tokens after it closes
 */
record Grant(User user, String accessToken, String refreshToken, boolean remember) {

  /** Omits the tokens. */
  @Override
  public String toString() {
    return "Grant[" + user.session() + "]";
  }
}
