package dev.marque;

import dev.marque.app.ClassifyCommand;
import dev.marque.app.ExportCommand;
import dev.marque.app.ServeCommand;
import dev.marque.app.UserCommand;
import dev.marque.platform.SettingsFile;
import dev.marque.training.CalibrateCommand;
import dev.marque.training.EvaluateCommand;
import dev.marque.training.TrainCommand;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line. Without a command it runs {@code serve}. */
@Command(
    name = "marque",
    description = {"Recognizes the brand of a car in a photo.", ""},
    synopsisSubcommandLabel = "[COMMAND]",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    commandListHeading = "%nCommands (without one: serve):%n",
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%nArguments:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:success",
      "1:failure, explained in one line on standard error",
      "2:invalid usage",
    },
    subcommands = {
      ServeCommand.class,
      ClassifyCommand.class,
      TrainCommand.class,
      CalibrateCommand.class,
      EvaluateCommand.class,
      ExportCommand.class,
      UserCommand.class,
    })
public final class Main implements Callable<Integer> {

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Also print the stack trace of a failure.")
  private boolean verbose;

  /** Runs one command and exits the JVM with its exit status. */
  public static void main(String[] arguments) {
    SystemProperties.set();
    // Some languages have digits of their own, which neither SQL nor the programs that read our
    // output understand.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    Main main = new Main();
    CommandErrors errors = new CommandErrors(() -> main.verbose);
    return new CommandLine(main, new Commands())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(errors::execute)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  /**
   * Passes the model's folder to the commands of the training package, which does not use settings.
   */
  private static final class Commands implements IFactory {

    @Override
    public <K> K create(Class<K> type) throws Exception {
      Supplier<Path> model = () -> SettingsFile.load().modelDir();
      if (type == TrainCommand.class) {
        return type.cast(new TrainCommand(model));
      }
      if (type == CalibrateCommand.class) {
        return type.cast(new CalibrateCommand(model));
      }
      if (type == EvaluateCommand.class) {
        return type.cast(new EvaluateCommand(model));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    return new ServeCommand().call();
  }
}
