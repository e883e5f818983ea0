package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;

/**
 * Shows a failed confirmation of the password or user name beside the field where it was entered.
 */
final class WrongPassword {

  private WrongPassword() {}

  /**
   * Returns the failure of the field if the confirmation is wrong, otherwise the problem itself.
   */
  static Throwable in(String field, Throwable problem) {
    if (problem instanceof Failure.Forbidden refused) {
      if (refused.type().equals("password-wrong")) {
        return Failure.Invalid.of(FieldError.of(field, "field.password.wrong"));
      }
      if (refused.type().equals("name-wrong")) {
        return Failure.Invalid.of(FieldError.of(field, "field.username.wrong"));
      }
    }
    return problem;
  }
}
