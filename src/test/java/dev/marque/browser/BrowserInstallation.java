package dev.marque.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that there is a Chromium to test with: an installed one, else Debian's package where
 * this is root's to install, else Playwright's own download. Where none of them works the tests
 * that need it fail, and say what to install.
 *
 * <p>Playwright is for one thread; so is the browser of {@link #browser()}.
 */
public final class BrowserInstallation {

  private static final List<String> NAMES =
      List.of(
          "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe");

  private static final List<Path> ELSEWHERE =
      List.of(
          Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
          Path.of("/Applications/Chromium.app/Contents/MacOS/Chromium"),
          Path.of("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"),
          Path.of("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"));

  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          // Sites of the tests, which live on this machine.
          "--host-resolver-rules=MAP *.example 127.0.0.1",
          // As browsers do or will: only partitioned cookies in frames of other sites.
          "--test-third-party-cookie-phaseout",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run");

  private static @Nullable Browser browser;

  private BrowserInstallation() {}

  /** The browser of this test JVM, started at the first call; it ends with the JVM. */
  public static synchronized Browser browser() {
    if (browser == null) {
      BrowserType.LaunchOptions options = options();
      // Otherwise Playwright downloads four browsers before anybody asks for one.
      Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
      browser =
          Playwright.create(new Playwright.CreateOptions().setEnv(environment))
              .chromium()
              .launch(options);
    }
    return browser;
  }

  /** Looks for a browser, and installs one if there is none; for use before any test runs. */
  public static void main(String[] arguments) {
    System.out.println(
        "Browser tests use " + installed().map(Path::toString).orElse("Playwright's"));
  }

  private static BrowserType.LaunchOptions options() {
    BrowserType.LaunchOptions options =
        new BrowserType.LaunchOptions().setHeadless(true).setArgs(ARGUMENTS);
    installed().ifPresent(options::setExecutablePath);
    return options;
  }

  /** The browser's program; empty: the one that Playwright downloaded, which it finds by itself. */
  private static Optional<Path> installed() {
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
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
    return Stream.concat(onPath, ELSEWHERE.stream())
        .filter(Files::isExecutable)
        .filter(BrowserInstallation::answers)
        .findFirst();
  }

  /** Some systems have a program of that name that only says how to install the real one. */
  private static boolean answers(Path program) {
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
    System.out.println("No Chromium here: installing Debian's, which takes a minute or two");
    String update = run(300, List.of("apt-get", "update"));
    String install =
        run(900, List.of("apt-get", "install", "-y", "--no-install-recommends", "chromium"));
    return install.isEmpty() ? "" : update + " " + install;
  }

  private static String playwrightInstall() {
    System.out.println("No Chromium here: downloading Playwright's");
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

  /** Runs a program; empty if it succeeded, else what to tell. */
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
        process.destroyForcibly();
        return name + " took longer than " + seconds + " s";
      }
      return process.exitValue() == 0 ? "" : name + " ended with " + process.exitValue();
    } catch (IOException e) {
      return name + ": " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return name + " was interrupted";
    }
  }
}
