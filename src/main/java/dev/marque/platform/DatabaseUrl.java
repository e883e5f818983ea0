package dev.marque.platform;

/**
 * Where the database is: {@code embedded}, or {@code postgresql://user:password@host:port/name}.
 * {@link #toString()} omits user and password.
 */
public final class DatabaseUrl {

  private static final String EMBEDDED = "embedded";

  private final String url;

  private DatabaseUrl(String url) {
    this.url = url;
  }

  /**
   * Parses the setting.
   *
   * @throws IllegalArgumentException if the text has neither of the two forms
   */
  public static DatabaseUrl parse(String text) {
    String url = text.strip();
    if (!url.equals(EMBEDDED)) {
      DatabaseAddress.parse(url);
    }
    return new DatabaseUrl(url);
  }

  /** Returns whether Marque runs its own PostgreSQL. */
  public boolean isEmbedded() {
    return url.equals(EMBEDDED);
  }

  /**
   * Returns the address of an external database.
   *
   * @throws IllegalStateException if the database is embedded
   */
  public DatabaseAddress address() {
    if (isEmbedded()) {
      throw new IllegalStateException("The embedded database has no address until it is running");
    }
    return DatabaseAddress.parse(url);
  }

  @Override
  public String toString() {
    return isEmbedded() ? EMBEDDED : address().toString();
  }
}
