package dev.marque.platform;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Locale;
import javax.net.ssl.TrustManagerFactory;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/** The address and credentials of a PostgreSQL database, for both Vert.x and JDBC. */
public final class DatabaseAddress {

  private final PgConnectOptions options;

  private DatabaseAddress(PgConnectOptions options) {
    this.options = options;
  }

  /**
   * Parses {@code postgresql://user:password@host:port/name?sslmode=...}. The modes {@code
   * verify-ca} and {@code verify-full} trust the certificate authorities that the JVM trusts.
   *
   * @throws IllegalArgumentException if the URL is invalid; the message may contain the password
   */
  static DatabaseAddress parse(String url) {
    PgConnectOptions options = PgConnectOptions.fromUri(url);
    if (options.getSslMode() != SslMode.DISABLE) {
      options.setSslOptions(tls(options.getSslMode()));
    }
    return new DatabaseAddress(options);
  }

  private static ClientSSLOptions tls(SslMode mode) {
    if (!isVerified(mode)) {
      return new ClientSSLOptions().setTrustAll(true);
    }
    try {
      TrustManagerFactory authorities =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      authorities.init((KeyStore) null);
      return new ClientSSLOptions()
          .setTrustOptions(TrustOptions.wrap(authorities.getTrustManagers()[0]))
          .setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JVM has a list of certificate authorities", e);
    }
  }

  private static boolean isVerified(SslMode mode) {
    return mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
  }

  static DatabaseAddress of(String host, int port, String name, String user, String password) {
    return new DatabaseAddress(
        new PgConnectOptions()
            .setHost(host)
            .setPort(port)
            .setDatabase(name)
            .setUser(user)
            .setPassword(password));
  }

  /** Returns the address of another database on the same server. */
  DatabaseAddress withName(String name) {
    return new DatabaseAddress(connectOptions().setDatabase(name));
  }

  /** Returns a copy that the caller may modify. */
  PgConnectOptions connectOptions() {
    return new PgConnectOptions(options);
  }

  /** Returns an unpooled JDBC data source. */
  DataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {options.getHost()});
    source.setPortNumbers(new int[] {options.getPort()});
    source.setDatabaseName(options.getDatabase());
    source.setUser(options.getUser());
    source.setPassword(options.getPassword());
    source.setSslMode(options.getSslMode().value);
    if (isVerified(options.getSslMode())) {
      // By default, JDBC looks for the authorities in the user's home directory.
      source.setSslfactory(DefaultJavaSSLFactory.class.getName());
    }
    source.setConnectTimeout(5);
    // connectTimeout does not cover a server that accepts connections and never responds.
    source.setLoginTimeout(10);
    source.setApplicationName("marque");
    return source;
  }

  /** Returns the URL without user and password. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "postgresql://%s:%d/%s",
        options.getHost(),
        options.getPort(),
        options.getDatabase());
  }
}
