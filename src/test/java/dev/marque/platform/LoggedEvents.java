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

/** What a class logs while a test looks, as an operator's collector of JSON lines sees it. */
public final class LoggedEvents implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private final Logger logger;
  private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender;

  /** Looks from now on. */
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

  /** The next event, which may be yet to come. */
  public JsonObject next() {
    try {
      JsonObject event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing was logged by " + logger.getName());
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whether nothing was logged but what {@link #next} has told. */
  public boolean isEmpty() {
    return events.isEmpty();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
