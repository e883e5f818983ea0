package dev.marque;

import dev.marque.training.HeapAdvice;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports a failure in one line on standard error, with the stack trace only if requested. */
final class CommandErrors implements IExecutionExceptionHandler, IParameterExceptionHandler {

  private final BooleanSupplier verbose;

  CommandErrors(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    StringBuilder line = new StringBuilder(oneLine(e));
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        line.append("; did you mean ").append(suggestions.get(0)).append('?');
      }
    }
    line.append("; see ").append(command.getCommandSpec().qualifiedName()).append(" --help");
    print(command.getErr(), line.toString(), e);
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult arguments) {
    print(command.getErr(), oneLine(e), e);
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Runs the command. Also reports JVM errors, which picocli does not catch. */
  int execute(ParseResult arguments) {
    try {
      return new CommandLine.RunLast().execute(arguments);
    } catch (OutOfMemoryError | LinkageError e) {
      print(arguments.commandSpec().commandLine().getErr(), oneLine(e), e);
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void print(PrintWriter out, String line, Throwable e) {
    out.println("marque: " + line);
    if (verbose.getAsBoolean()) {
      e.printStackTrace(out);
    }
    out.flush();
  }

  /**
   * Our own exceptions explain themselves; for any other the message needs the exception's class.
   */
  private static String oneLine(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      long bytes = Runtime.getRuntime().maxMemory();
      return (bytes >> 20) + " MB of memory is not enough; " + HeapAdvice.increaseTo(2 * bytes);
    }
    if (e instanceof FileSystemException file && file.getFile() != null) {
      return file.getFile() + ": " + reason(file);
    }
    boolean ours = e.getClass().getPackageName().startsWith(Main.class.getPackageName());
    boolean foreseen = ours || e instanceof ParameterException;
    String text = foreseen && e.getMessage() != null ? e.getMessage() : e.toString();
    return text.strip().replaceAll("\\s*\\R\\s*", ", ");
  }

  /**
   * Java's exceptions about files give their reason by their class, unless the system gives one.
   */
  private static String reason(FileSystemException e) {
    if (e.getReason() != null) {
      return e.getReason();
    } else if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    } else if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return "exists and is not a folder";
    }
    return e.getClass().getSimpleName();
  }
}
