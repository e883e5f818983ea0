package dev.marque.account;

import java.util.Locale;

/** What the audit table remembers. */
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
  ADMINISTRATOR_SET_UP,
  ROLE_CHANGED,
  ACCOUNT_DISABLED,
  ACCOUNT_ENABLED,
  ACCOUNT_DELETED;

  /** The name in the database and, after {@code audit.}, the key of its words. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
