package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.util.List;

/** Puts "that is not your password" beside the field where it was entered. */
final class WrongPassword {

  private WrongPassword() {}

  /** The failure for the form, if the problem is a wrong password; else the problem itself. */
  static Throwable in(String field, Throwable problem) {
    return problem instanceof Failure.Forbidden f && f.type().equals("password-wrong")
        ? new Failure.Invalid("fields", List.of(FieldError.of(field, "field.password.wrong")))
        : problem;
  }
}
