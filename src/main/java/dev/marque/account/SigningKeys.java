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
 * The keys that sign access tokens, the newest first: it signs, the others are still believed.
 *
 * <p>In the data folder each key is a file of its own that only its owner may read, named by the
 * moment from which it signs. A key older than 90 days gets a successor at the next start, and goes
 * a day after its successor came, long after its last token ran out: nobody is signed out.
 */
final class SigningKeys {

  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
  private static final Duration SIGNS = Duration.ofDays(90);
  private static final Duration BELIEVED_LONGER = Duration.ofDays(1);
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

  /** The keys that a setting gives; the first signs. */
  static List<SigningKey> given(List<String> keys) {
    return keys.stream().map(SigningKey::parse).toList();
  }

  /**
   * Reads the keys of the folder, makes one where there is none or the newest is old, and deletes
   * those that are no longer needed. Blocking.
   *
   * @throws IOException if the folder cannot be read or written
   */
  List<SigningKey> load() throws IOException {
    Files.createDirectories(folder, ownerOnly(folder.toAbsolutePath(), FOLDER_OWNER_ONLY));
    List<Path> files = files();
    if (files.isEmpty() || madeAt(files.get(0)).plus(SIGNS).isBefore(clock.instant())) {
      make();
      files = files();
    }
    for (Path old : files.subList(1, files.size())) {
      Path successor = files.get(files.indexOf(old) - 1);
      if (madeAt(successor).plus(BELIEVED_LONGER).isBefore(clock.instant())) {
        Files.delete(old);
        LOG.info("Deleted the signing key {}, which signs nothing any more", old.getFileName());
      }
    }
    return files().stream().map(SigningKeys::read).toList();
  }

  /** Under its name a key is there as a whole or not at all, also where the disk is full. */
  private void make() throws IOException {
    SigningKey key = SigningKey.make();
    Path file = folder.resolve(NAME.format(clock.instant()) + SUFFIX);
    Path temporary = Files.createTempFile(folder, "new", ".tmp", ownerOnly(folder, OWNER_ONLY));
    try {
      write(temporary, key.secret() + "\n");
      // A rename as ATOMIC_MOVE is, but one that does not replace the key of another process.
      Files.move(temporary, file);
      LOG.info("Made the signing key {} in {}", key.id(), file);
    } catch (FileAlreadyExistsException e) {
      LOG.info("Another process made the signing key {} just now", file.getFileName());
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

  /** The newest first. */
  private List<Path> files() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
          .sorted((a, b) -> b.getFileName().compareTo(a.getFileName()))
          .toList();
    }
  }

  private static Instant madeAt(Path file) {
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

  /** On file systems without such permissions, those of the folder above hold. */
  private static FileAttribute<?>[] ownerOnly(Path near, Set<PosixFilePermission> permissions) {
    return near.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }
}
