package dev.marque.account;

/** What an account may do. */
public enum Role {
  /** Predicts and sees what is its own. */
  USER,
  /** Also administers accounts and corrections. */
  ADMIN
}
