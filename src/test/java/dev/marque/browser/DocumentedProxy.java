package dev.marque.browser;

import dev.marque.SelfSignedCertificate;
import io.restassured.http.Header;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * nginx or Apache with TLS for {@code marque.example}, with the configuration that {@code
 * docs/portal.md} documents.
 */
final class DocumentedProxy implements AutoCloseable {

  /** The proxies with an example in the documentation. */
  enum Kind {
    NGINX("/usr/sbin/nginx"),
    APACHE("/usr/sbin/apache2");

    private final Path program;

    Kind(String program) {
      this.program = Path.of(program);
    }

    boolean isInstalled() {
      return Files.isExecutable(program);
    }

    private String proxyExample() throws IOException {
      return examples().get(0);
    }

    /** Returns the lines that replace the one that removes the header for single sign-on. */
    private String signOnExample() throws IOException {
      return examples().get(1);
    }

    private List<String> examples() throws IOException {
      String language = name().toLowerCase(java.util.Locale.ROOT);
      return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
          .matcher(Files.readString(Path.of("docs", "portal.md")))
          .results()
          .map(block -> block.group(1))
          .toList();
    }
  }

  private static final Pattern HEADER_REMOVED = Pattern.compile("(?m)^.*X-Remote-User.*$");

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Kind kind;
  private final int port;
  private Process process;
  private boolean signOn;

  DocumentedProxy(Kind kind) throws IOException {
    this.kind = kind;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
  }

  /** Returns the public URL of Marque, without a trailing slash. */
  String marque() {
    return "https://marque.example:" + port + "/cars";
  }

  /**
   * Lets the proxy authenticate a user: Ada, by {@link #credentials()}. nginx asks another service.
   */
  void signOn() {
    signOn = true;
  }

  /** Returns the name and value of the header with which a browser proves that it is Ada's. */
  Header credentials() {
    return kind == Kind.NGINX
        ? new Header("Cookie", "portal=ada")
        : new Header("Authorization", "Basic YWRhOnNlY3JldA==");
  }

  /** Starts the proxy in front of a server on this machine. */
  void forwardTo(int backend) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("marque-" + kind);
    SelfSignedCertificate.writePem(folder);
    String example = kind.proxyExample().replace("127.0.0.1:8080", "127.0.0.1:" + backend);
    if (signOn) {
      example =
          HEADER_REMOVED
                  .matcher(example)
                  .replaceFirst(Matcher.quoteReplacement(kind.signOnExample()))
              + (kind == Kind.NGINX ? nginxAuthentication() : apacheAuthentication());
      Files.writeString(folder.resolve("users"), "ada:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
      // Apache reads it as another user; the key stays readable by its owner only.
      if (!folder.toFile().setExecutable(true, false)) {
        throw new IOException("cannot open " + folder);
      }
    }
    Path file = folder.resolve("proxy.conf");
    Files.writeString(
        file,
        (kind == Kind.NGINX ? nginx() : apache())
            .replace("PORT", Integer.toString(port))
            .replace("EXAMPLE", example)
            .replace("SERVICE", signOn ? nginxService() : "")
            .replace("FOLDER", folder.toString()));
    List<String> command =
        kind == Kind.NGINX
            ? List.of(kind.program.toString(), "-e", "stderr", "-p", folder + "", "-c", file + "")
            : List.of(kind.program.toString(), "-D", "FOREGROUND", "-f", file.toString());
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    long end = System.nanoTime() + TIMEOUT_NANOS;
    while (!isListening()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(
            kind + " did not start: " + Files.readString(folder.resolve("log")));
      }
      Thread.onSpinWait();
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static String nginx() {
    return """
        daemon off;
        user %s;
        pid FOLDER/pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path FOLDER/body;
          proxy_temp_path FOLDER/proxy;
          fastcgi_temp_path FOLDER/fastcgi;
          uwsgi_temp_path FOLDER/uwsgi;
          scgi_temp_path FOLDER/scgi;
          server {
            listen 127.0.0.1:PORT ssl;
            server_name marque.example;
            ssl_certificate FOLDER/certificate.pem;
            ssl_certificate_key FOLDER/key.pem;
        EXAMPLE
          }
        SERVICE
        }
        """
        .formatted(System.getProperty("user.name"));
  }

  private static String nginxAuthentication() {
    return """
        location = /auth {
          internal;
          proxy_pass http://unix:FOLDER/service:/;
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
          client_max_body_size 0;
        }
        """;
  }

  private static String nginxService() {
    return """
        server {
          listen unix:FOLDER/service;
          location / {
            if ($cookie_portal != "ada") { return 401; }
            add_header X-User ada;
            return 204;
          }
        }
        """;
  }

  private static String apacheAuthentication() {
    return """
        <Location /cars>
        AuthType Basic
        AuthName portal
        AuthUserFile FOLDER/users
        Require valid-user
        </Location>
        """;
  }

  private static String apache() {
    StringBuilder modules = new StringBuilder();
    for (String module :
        List.of(
            "mpm_event",
            "authn_core",
            "authn_file",
            "authz_core",
            "authz_user",
            "auth_basic",
            "proxy",
            "proxy_http",
            "headers",
            "ssl")) {
      modules
          .append("LoadModule ")
          .append(module)
          .append("_module /usr/lib/apache2/modules/mod_")
          .append(module)
          .append(".so\n");
    }
    return modules
        + """
        ServerRoot FOLDER
        DefaultRuntimeDir FOLDER
        PidFile FOLDER/pid
        User www-data
        Group www-data
        ServerName marque.example
        ErrorLog FOLDER/errors
        Listen 127.0.0.1:PORT
        <VirtualHost *:PORT>
        SSLEngine on
        SSLCertificateFile FOLDER/certificate.pem
        SSLCertificateKeyFile FOLDER/key.pem
        EXAMPLE
        </VirtualHost>
        """;
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroy();
      process.onExit().join();
    }
  }
}
