package dev.marque.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** Unpacks the PostgreSQL binaries from the class path, once. */
final class PostgresBinaries {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

  /** The name of a version's folder: the start of the digest of its archive. */
  private static final Pattern VERSION = Pattern.compile("[0-9a-f]{16}");

  private PostgresBinaries() {}

  /**
   * Returns the folder that contains {@code bin/postgres}, unpacking it if needed. The folder gets
   * its final name only when it is complete. Only one thread of a process unpacks at a time.
   *
   * @param cache folder to unpack into, with a subfolder for each version
   */
  static synchronized Path unpackedIn(Path cache) throws IOException {
    String archive = archiveName();
    Path home = cache.resolve(digest(archive).substring(0, 16));
    if (Files.isDirectory(home)) {
      return home;
    }
    LOG.info("Unpacking PostgreSQL to {}", home);
    if (!Files.isDirectory(cache)) {
      Files.createDirectories(cache);
    }
    deleteAll(cache.resolve("unpacking"));
    Path unpacking = Files.createDirectory(cache.resolve("unpacking"));
    try (InputStream packed = open(archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, unpacking);
      }
    }
    Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
    return home;
  }

  /**
   * Deletes the binaries of other versions, which no server uses any more.
   *
   * @param home the folder of this version's binaries
   */
  static void deleteOtherVersions(Path home) {
    try (Stream<Path> versions = Files.list(home.getParent())) {
      for (Path version : versions.toList()) {
        String name = version.getFileName().toString();
        if (VERSION.matcher(name).matches() && !version.equals(home)) {
          deleteAll(version);
          LOG.info("Deleted the PostgreSQL of another version, {}", version);
        }
      }
    } catch (IOException e) {
      LOG.warn("The PostgreSQL of another version could not be deleted: {}", e.toString());
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder)
      throws IOException {
    Path target = folder.resolve(entry.getName()).normalize();
    if (!target.startsWith(folder)) {
      throw new IOException("The archive entry is outside its folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Files.copy(folder.resolve(entry.getLinkName()), target);
    } else {
      Files.copy(tar, target);
      boolean executable = (entry.getMode() & 0100) != 0;
      if (executable && !target.toFile().setExecutable(true, false)) {
        throw new IOException("Cannot make executable: " + target);
      }
    }
  }

  private static String archiveName() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String family =
        system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "darwin" : "linux";
    boolean arm = List.of("aarch64", "arm64").contains(System.getProperty("os.arch", ""));
    return "/postgres-" + family + (arm ? "-arm_64" : "-x86_64") + ".txz";
  }

  private static InputStream open(String archive) {
    InputStream stream = PostgresBinaries.class.getResourceAsStream(archive);
    if (stream == null) {
      throw new StartFailure(
          "There is no embedded PostgreSQL for this platform ("
              + archive.substring(1)
              + "); set marque.database.url to a PostgreSQL of your own");
    }
    return stream;
  }

  private static String digest(String archive) throws IOException {
    try (DigestInputStream stream =
        new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
      stream.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(stream.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform supports SHA-256", e);
    }
  }

  /** Deletes a folder and its contents, if it exists. */
  static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
