package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import io.vertx.core.Future;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;

/** Checks what people enter about themselves, alike for forms and for the API. */
final class FieldRules {

  private static final String LENGTH = "field.password.length";
  private static final int SHORTEST_PASSWORD = 8;
  private static final int LONGEST_PASSWORD = 128;

  private final Validator validator;
  private final CommonPasswords commonPasswords;

  FieldRules() {
    // The interpolator without expression language: our messages are plain keys.
    try (ValidatorFactory factory =
        Validation.byDefaultProvider()
            .configure()
            .messageInterpolator(new ParameterMessageInterpolator())
            .buildValidatorFactory()) {
      validator = factory.getValidator();
    }
    commonPasswords = CommonPasswords.load();
  }

  /**
   * Checks a new account.
   *
   * @throws Failure.Invalid ({@code fields}) with every field that does not hold
   */
  void check(Profile profile, String password) {
    List<FieldError> errors = new ArrayList<>(violations(profile));
    passwordError("password", password, profile).ifPresent(errors::add);
    refuse(errors);
  }

  /**
   * Checks a new account that an operator makes: only name and password must be there.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void checkOnTerminal(Profile profile, String password) {
    List<FieldError> errors = new ArrayList<>();
    violations(profile).stream()
        .filter(error -> !error.field().equals("email") || !profile.email().isEmpty())
        .forEach(errors::add);
    passwordError("password", password, profile).ifPresent(errors::add);
    refuse(errors);
  }

  /**
   * Checks a changed profile.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void check(Profile profile) {
    refuse(violations(profile));
  }

  /**
   * Checks a new password.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void checkPassword(String password, Profile owner) {
    refuse(passwordError("password", password, owner).map(List::of).orElse(List.of()));
  }

  /** A check that throws as a future that failed. */
  static Future<Void> checked(Runnable check) {
    return Future.future(
        promise -> {
          check.run();
          promise.complete();
        });
  }

  private static void refuse(List<FieldError> errors) {
    if (!errors.isEmpty()) {
      throw Failure.Invalid.of(errors);
    }
  }

  /** One error a field: the first in the order of their messages, so that it is always the same. */
  private List<FieldError> violations(Profile profile) {
    List<FieldError> errors = new ArrayList<>();
    validator.validate(profile).stream()
        .sorted(
            Comparator.comparing((ConstraintViolation<Profile> v) -> field(v))
                .thenComparing(ConstraintViolation::getMessageTemplate))
        .filter(v -> errors.stream().noneMatch(error -> error.field().equals(field(v))))
        .forEach(v -> errors.add(FieldError.of(field(v), v.getMessageTemplate())));
    return errors;
  }

  private static String field(ConstraintViolation<?> violation) {
    return violation
        .getPropertyPath()
        .toString()
        .replaceAll("([A-Z])", "_$1")
        .toLowerCase(Locale.ROOT);
  }

  private Optional<FieldError> passwordError(String field, String typed, Profile owner) {
    String password = Passwords.normal(typed);
    int characters = password.codePointCount(0, password.length());
    if (characters < SHORTEST_PASSWORD || characters > LONGEST_PASSWORD) {
      return Optional.of(FieldError.of(field, LENGTH, SHORTEST_PASSWORD, LONGEST_PASSWORD));
    }
    if (password.equalsIgnoreCase(owner.username()) || password.equalsIgnoreCase(owner.email())) {
      return Optional.of(FieldError.of(field, "field.password.own-name"));
    }
    return commonPasswords.contain(password)
        ? Optional.of(FieldError.of(field, "field.password.common"))
        : Optional.empty();
  }
}
