package dev.marque.app;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class during which Vert.x warned of a blocked thread. JUnit finds it through {@code
 * META-INF/services}, so it watches every class.
 */
public final class NoBlockedThreads implements BeforeAllCallback, AfterAllCallback {

  private static final String CHECKER = "io.vertx.core.internal.threadchecker.BlockedThreadChecker";
  private static final Warnings WARNINGS = new Warnings();

  @Override
  public void beforeAll(ExtensionContext context) {
    WARNINGS.listen();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    List<String> seen = WARNINGS.take();
    if (!seen.isEmpty()) {
      throw new AssertionError(
          "Vert.x warned of blocked threads, in this class or one that ran concurrently: "
              + String.join("; ", seen));
    }
  }

  private static final class Warnings extends AppenderBase<ILoggingEvent> {

    private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();

    synchronized void listen() {
      if (!isStarted() && LoggerFactory.getLogger(CHECKER) instanceof Logger logger) {
        setContext(logger.getLoggerContext());
        start();
        logger.addAppender(this);
      }
    }

    List<String> take() {
      List<String> taken = new ArrayList<>();
      for (String each = seen.poll(); each != null; each = seen.poll()) {
        taken.add(each);
      }
      return taken;
    }

    @Override
    protected void append(ILoggingEvent event) {
      seen.add(event.getFormattedMessage());
    }
  }
}
