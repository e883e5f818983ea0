package dev.marque.account;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of events in the audit table. */
enum AuditEvent {
  SIGNED_UP,
  SIGNED_IN,
  SIGN_IN_REFUSED,
  SIGN_IN_SLOWED,
  SIGNED_OUT,
  SESSION_ENDED,
  REFRESH_TOKEN_REUSED,
  PASSWORD_CHANGED,
  EMAIL_CHANGED,
  DATA_EXPORTED,
  CORRECTIONS_EXPORTED,
  TOKEN_MADE,
  TOKEN_REVOKED,
  ADMINISTRATOR_SET_UP,
  ADMINISTRATION_REFUSED,
  ROLE_CHANGED,
  LAST_ADMINISTRATOR_KEPT,
  ACCOUNT_DISABLED,
  ACCOUNT_ENABLED,
  ACCOUNT_DELETED;

  /** The name in the database, and the message key after the prefix {@code audit.}. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the event with a {@link #code}; empty if there is none. */
  static Optional<AuditEvent> of(String code) {
    return Arrays.stream(values()).filter(event -> event.code().equals(code)).findFirst();
  }
}
