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

/** Validates what people enter about themselves, in forms and in the API alike. */
final class FieldRules {

  private static final String LENGTH = "field.password.length";
  private static final int MIN_PASSWORD_LENGTH = 8;
  private static final int MAX_PASSWORD_LENGTH = 128;

  private final Validator validator;
  private final CommonPasswords commonPasswords;

  FieldRules() {
    // An interpolator without expression language: the messages are plain keys.
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
   * Validates a new account.
   *
   * @throws Failure.Invalid ({@code fields}) with every invalid field
   */
  void check(Profile profile, String password) {
    List<FieldError> errors = new ArrayList<>(violations(profile));
    passwordError("password", password, profile).ifPresent(errors::add);
    refuse(errors);
  }

  /**
   * Validates a new account from the command line, which needs no e-mail address.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void checkFromCommandLine(Profile profile, String password) {
    List<FieldError> errors = violationsWithoutEmail(profile);
    passwordError("password", password, profile).ifPresent(errors::add);
    refuse(errors);
  }

  /**
   * Validates a changed profile. Its e-mail address may be missing only if it was before.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void checkChange(Profile before, Profile profile) {
    refuse(before.email().isEmpty() ? violationsWithoutEmail(profile) : violations(profile));
  }

  /**
   * Validates a new password.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void checkPassword(String password, Profile owner) {
    refuse(passwordError("password", password, owner).map(List::of).orElse(List.of()));
  }

  /** Runs a check and returns a future that fails with what the check throws. */
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

  /** Returns one error per field: the first by message key, so that the result is deterministic. */
  private List<FieldError> violations(Profile profile) {
    List<FieldError> errors = new ArrayList<>();
    validator.validate(withBoundedEmail(profile)).stream()
        .sorted(
            Comparator.comparing((ConstraintViolation<Profile> v) -> field(v))
                .thenComparing(ConstraintViolation::getMessageTemplate))
        .filter(v -> errors.stream().noneMatch(error -> error.field().equals(field(v))))
        .forEach(v -> errors.add(FieldError.of(field(v), v.getMessageTemplate())));
    return errors;
  }

  private List<FieldError> violationsWithoutEmail(Profile profile) {
    List<FieldError> errors = violations(profile);
    errors.removeIf(error -> error.field().equals("email") && profile.email().isEmpty());
    return errors;
  }

  /** Cuts an address that is too long anyway: validating its domain takes quadratic time. */
  private static Profile withBoundedEmail(Profile profile) {
    return profile.email().length() <= Profile.MAX_EMAIL_LENGTH
        ? profile
        : new Profile(
            profile.username(),
            profile.email().substring(0, Profile.MAX_EMAIL_LENGTH + 1),
            profile.firstName(),
            profile.lastName());
  }

  private static String field(ConstraintViolation<?> violation) {
    return violation
        .getPropertyPath()
        .toString()
        .replaceAll("([A-Z])", "_$1")
        .toLowerCase(Locale.ROOT);
  }

  private Optional<FieldError> passwordError(String field, String typed, Profile owner) {
    String password = Passwords.normalize(typed);
    int characters = password.codePointCount(0, password.length());
    if (characters < MIN_PASSWORD_LENGTH || characters > MAX_PASSWORD_LENGTH) {
      return Optional.of(FieldError.of(field, LENGTH, MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH));
    }
    if (password.equalsIgnoreCase(owner.username()) || password.equalsIgnoreCase(owner.email())) {
      return Optional.of(FieldError.of(field, "field.password.own-name"));
    }
    return commonPasswords.contain(password)
        ? Optional.of(FieldError.of(field, "field.password.common"))
        : Optional.empty();
  }
}
