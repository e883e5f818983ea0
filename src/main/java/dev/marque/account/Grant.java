package dev.marque.account;

/**
 * What a sign-in or a renewal gives to a client.
 *
 * @param accessToken good for minutes
 * @param refreshToken good for one renewal
 * @param remember whether the client should keep them when it closes
 */
record Grant(User user, String accessToken, String refreshToken, boolean remember) {

  /** Without the tokens. */
  @Override
  public String toString() {
    return "Grant[" + user.session() + "]";
  }
}
