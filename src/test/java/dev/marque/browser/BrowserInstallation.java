package dev.marque.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Provides a Chromium for the tests: an installed one, otherwise Debian's package if the tests run
 * as root on Debian, otherwise Playwright's own download. If none is available, the tests that need
 * a browser fail with a message that says what to install.
 *
 * <p>Playwright is not thread-safe, so each thread has a browser of its own.
 */
public final class BrowserInstallation {

  private static final List<String> NAMES =
      List.of(
          "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe");

  private static final List<Path> OUTSIDE_PATH =
      List.of(
          Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
          Path.of("/Applications/Chromium.app/Contents/MacOS/Chromium"),
          Path.of("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"),
          Path.of("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"));

  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          // The sites of the tests, all on this machine.
          "--host-resolver-rules=MAP *.example 127.0.0.1",
          // As browsers do or will do: only partitioned cookies in third-party frames.
          "--test-third-party-cookie-phaseout",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run");

  /** Searched only once, because a failed download takes many minutes. */
  private static final FutureTask<Optional<Path>> INSTALLED =
      new FutureTask<>(BrowserInstallation::findOrInstall);

  private static final ThreadLocal<@Nullable Browser> BROWSER = new ThreadLocal<>();

  private BrowserInstallation() {}

  /** Returns the browser of this thread. It starts on the first call and is closed with the JVM. */
  public static Browser browser() {
    Browser browser = BROWSER.get();
    if (browser == null) {
      BrowserType.LaunchOptions options = options();
      // Otherwise Playwright downloads four browsers right away.
      Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
      browser =
          Playwright.create(new Playwright.CreateOptions().setEnv(environment))
              .chromium()
              .launch(options);
      BROWSER.set(browser);
    }
    return browser;
  }

  private static BrowserType.LaunchOptions options() {
    BrowserType.LaunchOptions options =
        new BrowserType.LaunchOptions().setHeadless(true).setArgs(ARGUMENTS);
    installed().ifPresent(options::setExecutablePath);
    return options;
  }

  /** Returns the browser's executable, or empty to use the one that Playwright downloaded. */
  private static Optional<Path> installed() {
    INSTALLED.run();
    try {
      return INSTALLED.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Optional<Path> findOrInstall() {
    Optional<Path> found = find();
    if (found.isPresent()) {
      return found;
    }
    List<String> tried = new ArrayList<>();
    if (isDebian() && isRoot()) {
      tried.add(aptInstall());
      found = find();
      if (found.isPresent()) {
        return found;
      }
    }
    String download = playwrightInstall();
    if (download.isEmpty()) {
      return Optional.empty();
    }
    tried.add(download);
    throw new IllegalStateException(
        "The browser tests need Chromium: install chromium or google-chrome so that it is on the"
            + " PATH. Tried: "
            + String.join("; ", tried));
  }

  private static Optional<Path> find() {
    @Nullable String path = System.getenv("PATH");
    Stream<Path> onPath =
        Stream.of((path == null ? "" : path).split(File.pathSeparator))
            .filter(folder -> !folder.isEmpty())
            .flatMap(folder -> NAMES.stream().flatMap(name -> path(folder, name)))
            // Snap's browser cannot see the temporary files of other programs.
            .filter(program -> !program.startsWith("/snap"));
    return Stream.concat(onPath, OUTSIDE_PATH.stream())
        .filter(Files::isExecutable)
        .filter(BrowserInstallation::works)
        .findFirst();
  }

  /** An entry of PATH need not be a valid path, for example on Windows if it is in quotes. */
  private static Stream<Path> path(String folder, String name) {
    try {
      return Stream.of(Path.of(folder, name));
    } catch (InvalidPathException e) {
      return Stream.empty();
    }
  }

  /** On some systems a program of this name only prints how to install the real one. */
  private static boolean works(Path program) {
    return File.separatorChar == '\\'
        || run(60, List.of(program.toString(), "--no-sandbox", "--version")).isEmpty();
  }

  private static boolean isDebian() {
    try {
      return Files.readAllLines(Path.of("/etc/os-release")).contains("ID=debian");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String aptInstall() {
    System.out.println("No Chromium found: installing Debian's, which takes a minute or two");
    String update = run(300, List.of("apt-get", "update"));
    String install =
        run(900, List.of("apt-get", "install", "-y", "--no-install-recommends", "chromium"));
    return install.isEmpty() ? "" : update + " " + install;
  }

  private static String playwrightInstall() {
    System.out.println("No Chromium found: downloading Playwright's");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return run(
        900,
        List.of(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            "com.microsoft.playwright.CLI",
            "install",
            "chromium"));
  }

  /** Runs a program. Returns an empty text if it succeeded, otherwise what went wrong. */
  private static String run(int seconds, List<String> command) {
    String name = String.join(" ", command.subList(0, Math.min(2, command.size())));
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      Process process = builder.start();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return name + " took longer than " + seconds + " s";
      }
      return process.exitValue() == 0 ? "" : name + " exited with " + process.exitValue();
    } catch (IOException e) {
      return name + ": " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return name + " was interrupted";
    }
  }
}
