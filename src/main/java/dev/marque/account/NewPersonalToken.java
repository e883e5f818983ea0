package dev.marque.account;

/**
 * A new token with its secret, which is known only now.
 *
 * @param secret for {@code Authorization: Bearer}
 */
record NewPersonalToken(PersonalToken token, String secret) {

  /** Omits the secret. */
  @Override
  public String toString() {
    return "NewPersonalToken[" + token.id() + "]";
  }
}
