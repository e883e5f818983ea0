package dev.marque.platform;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Captures what a class logs during a test, in the JSON format of the log. */
public final class LoggedEvents implements AutoCloseable {

  private static final long TIMEOUT_SECONDS = 30;

  private final Logger logger;
  private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender;

  /** Starts capturing the events of a class. */
  public LoggedEvents(Class<?> logging) {
    logger = (Logger) LoggerFactory.getLogger(logging);
    JsonLines lines = new JsonLines();
    appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            events.add(new JsonObject(Buffer.buffer(lines.encode(event))));
          }
        };
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
  }

  /** Returns the next event, waiting up to 30 seconds for it. */
  public JsonObject next() {
    try {
      JsonObject event = events.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing was logged by " + logger.getName());
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns whether {@link #next} has returned all events logged so far. */
  public boolean isEmpty() {
    return events.isEmpty();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
