package dev.marque.account;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of access tokens, newest first: the first one signs, all are accepted.
 *
 * <p>In the data directory each key is a file of its own, readable only by its owner and named
 * after its creation time. A key older than 90 days gets a successor at the next start. It is
 * deleted at the first start more than a day later, long after its last token has expired, so
 * nobody is signed out.
 */
final class SigningKeys {

  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
  private static final Duration SIGNING_PERIOD = Duration.ofDays(90);
  private static final Duration ACCEPTED_AFTER_ROTATION = Duration.ofDays(1);
  private static final String SUFFIX = ".key";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER_OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final Clock clock;

  SigningKeys(Path dataDir, Clock clock) {
    this.folder = dataDir.resolve("keys");
    this.clock = clock;
  }

  /** Parses the keys of a setting; the first signs. */
  static List<SigningKey> parse(List<String> keys) {
    return keys.stream().map(SigningKey::parse).toList();
  }

  /**
   * Reads the keys of the folder, creates one if there is none or the newest is too old, and
   * deletes those no longer needed. Blocking.
   *
   * @throws IOException if the folder cannot be read or written
   * @throws IllegalStateException if a key cannot be read
   */
  List<SigningKey> load() throws IOException {
    Files.createDirectories(folder, ownerOnly(folder.toAbsolutePath(), FOLDER_OWNER_ONLY));
    List<Path> files = files();
    if (files.isEmpty() || createdAt(files.get(0)).plus(SIGNING_PERIOD).isBefore(clock.instant())) {
      create();
      files = files();
    }
    for (Path old : files.subList(1, files.size())) {
      Path successor = files.get(files.indexOf(old) - 1);
      if (createdAt(successor).plus(ACCEPTED_AFTER_ROTATION).isBefore(clock.instant())) {
        Files.delete(old);
        LOG.info("Deleted the expired signing key {}", old.getFileName());
      }
    }
    return files().stream().map(SigningKeys::read).toList();
  }

  /** Creates a key. Its file has its final name only once complete, even if the disk is full. */
  private void create() throws IOException {
    SigningKey key = SigningKey.generate();
    Path file = folder.resolve(NAME.format(clock.instant()) + SUFFIX);
    Path temporary = Files.createTempFile(folder, "new", ".tmp", ownerOnly(folder, OWNER_ONLY));
    try {
      write(temporary, key.secret() + "\n");
      // Unlike ATOMIC_MOVE, this rename does not replace the key of another process.
      Files.move(temporary, file);
      LOG.info("Created the signing key {} in {}", key.id(), file);
    } catch (FileAlreadyExistsException e) {
      LOG.info("Another process has just created the signing key {}", file.getFileName());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void write(Path file, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Returns the key files, newest first. */
  private List<Path> files() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
          .sorted((a, b) -> b.getFileName().compareTo(a.getFileName()))
          .toList();
    }
  }

  private static Instant createdAt(Path file) {
    String name = file.getFileName().toString();
    return Instant.from(NAME.parse(name.substring(0, name.length() - SUFFIX.length())));
  }

  private static SigningKey read(Path file) {
    try {
      return SigningKey.parse(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("The signing key " + file + " cannot be read", e);
    }
  }

  /**
   * Returns no attributes for file systems without POSIX permissions: there the parent folder's
   * permissions apply.
   */
  private static FileAttribute<?>[] ownerOnly(Path near, Set<PosixFilePermission> permissions) {
    return near.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }
}
