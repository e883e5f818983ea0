package dev.marque.platform;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of this process, on standard error. */
public final class Logs {

  private Logs() {}

  /**
   * Sets the format of all log events from now on; call it at startup. Until then the format is
   * that of the Logback configuration, and it stays so if the operator has supplied a configuration
   * without an appender named {@code console}.
   */
  public static void write(Settings.LogFormat format) {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (format != Settings.LogFormat.JSON || !(factory instanceof LoggerContext context)) {
      return;
    }
    Appender<ILoggingEvent> appender =
        context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("console");
    if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
      JsonLines lines = new JsonLines();
      lines.setContext(context);
      lines.start();
      console.setEncoder(lines);
    }
  }
}
