package dev.marque.platform;

/**
 * Where the database is: {@code embedded}, or {@code postgresql://user:password@host:port/name}. It
 * may hold a password, so its {@link #toString()} does not show it.
 */
public final class DatabaseUrl {

  private static final String EMBEDDED = "embedded";

  private final String url;

  private DatabaseUrl(String url) {
    this.url = url;
  }

  /**
   * Reads a setting.
   *
   * @throws IllegalArgumentException if it is neither of the two forms
   */
  public static DatabaseUrl parse(String text) {
    String url = text.strip();
    if (!url.equals(EMBEDDED)) {
      DatabaseAddress.parse(url);
    }
    return new DatabaseUrl(url);
  }

  /** Whether Marque runs its own PostgreSQL. */
  public boolean isEmbedded() {
    return url.equals(EMBEDDED);
  }

  /**
   * The address of a database that somebody else runs.
   *
   * @throws IllegalStateException if the database is embedded
   */
  public DatabaseAddress address() {
    if (isEmbedded()) {
      throw new IllegalStateException("The embedded database has no address before it runs.");
    }
    return DatabaseAddress.parse(url);
  }

  @Override
  public String toString() {
    return isEmbedded() ? EMBEDDED : address().toString();
  }
}
