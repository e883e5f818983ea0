package dev.marque.browser;

import dev.marque.SelfSignedCertificate;
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

    private String example() throws IOException {
      String language = name().toLowerCase(java.util.Locale.ROOT);
      Matcher block =
          Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
              .matcher(Files.readString(Path.of("docs", "portal.md")));
      if (!block.find()) {
        throw new IllegalStateException("docs/portal.md has no example for " + language);
      }
      return block.group(1);
    }
  }

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Kind kind;
  private final int port;
  private Process process;

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

  /** Starts the proxy in front of a server on this machine. */
  void forwardTo(int backend) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("marque-" + kind);
    SelfSignedCertificate.writePem(folder);
    String example = kind.example().replace("127.0.0.1:8080", "127.0.0.1:" + backend);
    Path file = folder.resolve("proxy.conf");
    Files.writeString(
        file,
        (kind == Kind.NGINX ? nginx() : apache())
            .replace("PORT", Integer.toString(port))
            .replace("FOLDER", folder.toString())
            .replace("EXAMPLE", example));
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
        }
        """
        .formatted(System.getProperty("user.name"));
  }

  private static String apache() {
    StringBuilder modules = new StringBuilder();
    for (String module :
        List.of("mpm_event", "authz_core", "proxy", "proxy_http", "headers", "ssl")) {
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
