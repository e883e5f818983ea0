package dev.marque.account;

/**
 * A token at the only moment at which its secret is known.
 *
 * @param secret for {@code Authorization: Bearer}
 */
record NewPersonalToken(PersonalToken token, String secret) {

  /** Without the secret. */
  @Override
  public String toString() {
    return "NewPersonalToken[" + token.id() + "]";
  }
}
