package dev.marque;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** Creates keys with a self-signed certificate for the hosts of the tests, by the JDK's keytool. */
public final class SelfSignedCertificate {

  /** The password of the key store. */
  public static final String PASSWORD = "changeit";

  private static final String ALIAS = "marque";

  private SelfSignedCertificate() {}

  /** Creates a PKCS #12 key store. */
  public static Path keyStore() {
    try {
      Path keys = Files.createTempDirectory("marque-certificate").resolve("keys.p12");
      Process tool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keyalg",
                  "EC",
                  "-alias",
                  ALIAS,
                  "-dname",
                  "CN=marque.example",
                  "-ext",
                  "SAN=dns:marque.example,dns:portal.example",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  keys.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!tool.waitFor(60, TimeUnit.SECONDS) || tool.exitValue() != 0) {
        throw new IllegalStateException("keytool created no certificate");
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Creates {@code key.pem}, which only its owner can read, and {@code certificate.pem}. */
  public static void writePem(Path folder) throws IOException {
    char[] password = PASSWORD.toCharArray();
    try {
      KeyStore keys = KeyStore.getInstance(keyStore().toFile(), password);
      Path key = folder.resolve("key.pem");
      write(key, "PRIVATE KEY", keys.getKey(ALIAS, password).getEncoded());
      if (!key.toFile().setReadable(false, false) || !key.toFile().setReadable(true, true)) {
        throw new IOException("cannot protect " + key);
      }
      write(
          folder.resolve("certificate.pem"),
          "CERTIFICATE",
          keys.getCertificate(ALIAS).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static void write(Path file, String name, byte[] content) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(name, Base64.getMimeEncoder().encodeToString(content), name));
  }
}
