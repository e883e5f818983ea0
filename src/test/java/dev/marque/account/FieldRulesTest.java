package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldRulesTest {

  private static final FieldRules RULES = new FieldRules();
  private static final String PASSWORD = "correct horse battery";

  private static List<FieldError> errors(Profile profile, String password) {
    return assertThrows(Failure.Invalid.class, () -> RULES.check(profile, password)).fields();
  }

  private static Profile named(String username) {
    return new Profile(username, "ada@example.org", "Ada", "Lovelace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ada", "Ada.Lovelace", "a-d_a", "user1234567890123456789012345678"})
  void ordinary_user_names_are_accepted(String username) {
    assertDoesNotThrow(() -> RULES.check(named(username), PASSWORD));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ab",
        ".ada",
        "ada-",
        "ada lovelace",
        "<b>ada</b>",
        "ada'--",
        "../ada",
        "\u0430da",
        "ada\n",
        "a23456789012345678901234567890123"
      })
  void other_user_names_are_rejected(String username) {
    assertEquals(
        List.of(FieldError.of("username", "field.username.rules")),
        errors(named(username), PASSWORD));
  }

  @Property(tries = 300)
  void an_accepted_user_name_is_safe_in_a_path(@ForAll @StringLength(max = 40) String name) {
    try {
      RULES.check(named(name), PASSWORD);
      assertEquals(name, java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8));
    } catch (Failure.Invalid e) {
      assertEquals("username", e.fields().get(0).field());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "a da@example.org",
        "a@b@c.de",
        "ada@example.org\r\nBcc: x@y.z",
        "ada\u202Egro.elpmaxe@example.org",
        "ada@ex\u2066ample.org",
        "ada@example.o\u2028rg",
        "ada\uD83D@example.org"
      })
  void malformed_emails_are_rejected(String email) {
    assertEquals(
        List.of(FieldError.of("email", "field.email.rules")),
        errors(new Profile("ada", email, "Ada", "Lovelace"), PASSWORD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "Ada\u0000", "Ada\u202Eevol", "Ada\nLovelace"})
  void blank_names_and_names_with_control_characters_are_rejected(String name) {
    assertEquals(
        List.of(FieldError.of("first_name", "field.name.rules")),
        errors(new Profile("ada", "ada@example.org", name, "Lovelace"), PASSWORD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Zoë", "山田", "O'Neill", "Jean-Luc", "\uD835\uDC00da"})
  void names_of_all_languages_are_accepted(String name) {
    assertDoesNotThrow(
        () -> RULES.check(new Profile("ada", "ada@example.org", name, name), PASSWORD));
  }

  @Test
  void every_invalid_field_is_named() {
    assertEquals(
        List.of("email", "first_name", "last_name", "username", "password"),
        errors(new Profile("", "", "", ""), "").stream().map(FieldError::field).toList());
  }

  @Test
  void a_password_has_8_to_128_characters_of_any_kind() {
    FieldError length = FieldError.of("password", "field.password.length", 8, 128);
    assertEquals(List.of(length), errors(named("ada"), "1234567"));
    assertEquals(List.of(length), errors(named("ada"), "x".repeat(129)));
    assertDoesNotThrow(() -> RULES.check(named("ada"), "x".repeat(127) + " "));
    // Characters are counted, not chars: eight of these are sixteen chars.
    assertDoesNotThrow(() -> RULES.check(named("ada"), "\uD83D\uDE97".repeat(8)));
    assertEquals(List.of(length), errors(named("ada"), "\uD83D\uDE97".repeat(7)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", "PassWord", "12345678", "qwertyuiop", "iloveyou"})
  void common_passwords_are_rejected_with_the_reason(String password) {
    assertEquals(
        List.of(FieldError.of("password", "field.password.common")),
        errors(named("ada"), password));
  }

  @Test
  void a_password_is_checked_in_the_normalized_form_that_is_hashed() {
    FieldError common = FieldError.of("password", "field.password.common");
    assertEquals(List.of(common), errors(named("ada"), "\uFF50\uFF41ssword"));
    FieldError own = FieldError.of("password", "field.password.own-name");
    assertEquals(List.of(own), errors(named("lovelace"), "\uFF2Covelace"));
    // Seven accented letters, in composed or decomposed form.
    FieldError length = FieldError.of("password", "field.password.length", 8, 128);
    assertEquals(List.of(length), errors(named("ada"), "e\u0301".repeat(7)));
    assertDoesNotThrow(() -> RULES.check(named("ada"), "e\u0301".repeat(128)));
  }

  /** The time to normalize alternating marks is quadratic: these take seconds. */
  @Test
  void overlong_input_is_rejected_in_a_short_time() {
    String marks = "\u0301".repeat(100_000) + "\u0323".repeat(100_000);
    Profile overlong = new Profile(marks, "ada@" + marks + ".org", marks, marks);
    List<FieldError> errors =
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> errors(overlong, marks));
    assertEquals(
        List.of("email", "first_name", "last_name", "username", "password"),
        errors.stream().map(FieldError::field).toList());
  }

  @Test
  void the_own_user_name_or_email_is_rejected_as_password() {
    FieldError own = FieldError.of("password", "field.password.own-name");
    assertEquals(List.of(own), errors(named("lovelace-1815"), "Lovelace-1815"));
    assertEquals(List.of(own), errors(named("ada"), "ada@example.org"));
  }
}
