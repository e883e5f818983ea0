package dev.marque.account;

import io.vertx.ext.auth.hashing.HashString;
import io.vertx.ext.auth.hashing.HashingAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id (RFC 9106, version 1.3) for vertx-auth's hashing strategy, which finds it through {@code
 * META-INF/services}. Memory {@code m} is in KiB, {@code t} passes, {@code p} lanes; the encoded
 * form is {@code $argon2id$m=19456,t=2,p=1$salt$hash}. The usual {@code v=19} is left out because
 * {@link HashString} takes a segment between name and parameters for the parameters.
 *
 * <p>A hash takes tens of milliseconds and the memory of {@code m}: never compute one on an event
 * loop.
 */
public final class Argon2id implements HashingAlgorithm {

  static final String ID = "argon2id";

  /** The second configuration recommended by OWASP's password storage cheat sheet, 2025. */
  static final Map<String, String> PARAMETERS = Map.of("m", "19456", "t", "2", "p", "1");

  static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Set<String> NAMES =
      Collections.unmodifiableSet(new LinkedHashSet<>(List.of("m", "t", "p")));

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Set<String> params() {
    return NAMES;
  }

  @Override
  public String hash(HashString hashString, String password) {
    Argon2Parameters parameters =
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(parameter(hashString, "m"))
            .withIterations(parameter(hashString, "t"))
            .withParallelism(parameter(hashString, "p"))
            .withSalt(Base64.getDecoder().decode(hashString.salt()))
            .build();
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] hash = new byte[HASH_BYTES];
    generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    return Base64.getEncoder().withoutPadding().encodeToString(hash);
  }

  /** Returns whether a hash uses parameters other than the current ones. */
  static boolean isOutdated(String encoded) {
    HashString hash = new HashString(encoded);
    return !ID.equals(hash.id()) || !PARAMETERS.equals(hash.params());
  }

  private static int parameter(HashString hash, String name) {
    String value = hash.param(name);
    if (value == null) {
      throw new IllegalStateException("an argon2id hash lacks the parameter " + name);
    }
    return Integer.parseInt(value);
  }
}
