package dev.marque.app;

import dev.marque.account.Account;
import dev.marque.account.CommandLineAccounts;
import dev.marque.account.Role;
import dev.marque.platform.Database;
import dev.marque.platform.Metrics;
import dev.marque.platform.Settings;
import dev.marque.platform.SettingsFile;
import dev.marque.platform.StartFailure;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.Messages;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code marque user}: manages accounts from the command line. */
@Command(
    name = "user",
    description = "Manages accounts; see marque user add --help.",
    subcommandsRepeatable = false,
    synopsisSubcommandLabel = "COMMAND")
public final class UserCommand {

  /** Creates an account. */
  @Command(
      name = "add",
      description = {
        "Creates an account, even while a server runs on the same data directory or database.",
        "",
        "Prompts for the password on the terminal. Use --admin to create the first administrator."
      })
  public int add(
      @Parameters(paramLabel = "NAME", description = "The user name.") String name,
      @Option(
              names = "--admin",
              description = "Let the account administer accounts and corrections.")
          boolean admin,
      @Option(
              names = "--password-stdin",
              description = "Read the password from the first line of standard input.")
          boolean fromInput)
      throws IOException {
    Settings settings = SettingsFile.load();
    String password = fromInput ? firstLine() : ask();
    try (CommandDatabase database = new CommandDatabase(settings);
        Metrics metrics = new Metrics()) {
      Vertx vertx = Vertx.vertx();
      try {
        Database pool = Database.open(vertx, database.address());
        CommandLineAccounts accounts =
            new CommandLineAccounts(vertx, pool.pool(), Clock.systemUTC(), metrics.registry());
        Account account =
            accounts
                .start()
                .compose(started -> accounts.add(name, password, admin ? Role.ADMIN : Role.USER))
                .await();
        System.out.println(
            "Created " + (admin ? "the administrator " : "the user ") + account.username() + ".");
        return 0;
      } finally {
        vertx.close().await();
      }
    } catch (Failure refused) {
      throw new StartFailure("No account was created: " + inWords(refused), refused);
    }
  }

  // Without a terminal there is no console before Java 22; since then it reads standard input.
  @SuppressWarnings("SystemConsoleNull")
  private static String ask() {
    Console console = System.console();
    char[] first = console == null ? null : console.readPassword("Password: ");
    if (console == null || first == null) {
      throw new StartFailure(
          "There is no terminal to prompt for the password; pass it with --password-stdin");
    }
    if (!Arrays.equals(first, console.readPassword("Again: "))) {
      throw new StartFailure("The passwords differ; no account was created");
    }
    return new String(first);
  }

  private static String firstLine() throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (line == null) {
      throw new StartFailure("There is no password on standard input");
    }
    return line;
  }

  private static String inWords(Failure refused) {
    Messages messages = new Messages();
    List<FieldError> fields = refused.fields();
    return fields.isEmpty()
        ? messages.detail(Locale.ENGLISH, refused)
        : fields.stream()
            .map(each -> each.field() + ": " + messages.text(Locale.ENGLISH, each))
            .collect(Collectors.joining("; "));
  }
}
