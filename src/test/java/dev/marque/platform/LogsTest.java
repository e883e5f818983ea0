package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Tests the text and JSON formats of log events with the configuration that is shipped. */
class LogsTest {

  /** Client input that tries to forge a separate log event. */
  private static final String FORGED =
      "x\r\n2026-11-25T10:00:00.000+01:00 INFO  Server - all is \"well\"\u2028\u001b[2K\ud800";

  private final LoggerContext context = new LoggerContext();
  private final List<byte[]> written = new ArrayList<>();
  private Encoder<ILoggingEvent> text;
  private Logger log;

  @BeforeEach
  void configure() throws JoranException {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogsTest.class.getResource("/logback.xml"));
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    text = ((ConsoleAppender<ILoggingEvent>) root.getAppender("console")).getEncoder();
    root.detachAndStopAllAppenders();
    log = context.getLogger("dev.marque.Somewhere");
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private void write(Encoder<ILoggingEvent> encoder) {
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            written.add(encoder.encode(event));
          }
        };
    appender.setContext(context);
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }

  private String lines() {
    return written.stream()
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .reduce("", String::concat);
  }

  private JsonObject object() {
    String line = lines();
    assertEquals(1, line.codePoints().filter(each -> each == '\n').count(), line);
    assertTrue(line.endsWith("}\n"), line);
    return new JsonObject(line);
  }

  private void logForged() {
    log.atError()
        .setCause(new IllegalStateException(FORGED, new RuntimeException("the cause")))
        .addKeyValue(RequestContext.LOGGED_AS, "0123456789abcdef")
        .addKeyValue("path", FORGED)
        .addKeyValue("status", 500)
        .log("{} failed", FORGED);
  }

  @Test
  void text_is_one_line_with_time_level_logger_request_message_and_fields() {
    write(text);
    log.atWarn()
        .addKeyValue(RequestContext.LOGGED_AS, "0123456789abcdef")
        .addKeyValue("status", 503)
        .log("no {}", "capacity");
    assertTrue(
        lines()
            .matches(
                "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) WARN  Somewhere -"
                    + " request 0123456789abcdef: no capacity status=503\\R"),
        lines());
  }

  @Test
  void text_without_a_request_or_fields_is_the_message_alone() {
    write(text);
    log.info("Stopped");
    assertTrue(lines().endsWith(" INFO  Somewhere - Stopped" + System.lineSeparator()), lines());
  }

  @Test
  void in_text_all_lines_of_an_event_but_the_first_are_indented() {
    write(text);
    logForged();
    List<String> lines = List.of(lines().split("[\\r\\n\\u2028]+"));
    assertTrue(lines.size() > 5, "the stack trace is missing: " + lines());
    assertTrue(lines.get(0).contains("ERROR Somewhere - request 0123456789abcdef: "), lines());
    for (String line : lines.subList(1, lines.size())) {
      assertTrue(line.startsWith("    "), line);
    }
    assertTrue(lines().contains("Caused by: java.lang.RuntimeException: the cause"), lines());
    assertFalse(lines.get(0).contains("\u001b"), "a control sequence was logged");
  }

  @Test
  void json_is_one_flat_object_per_line() {
    write(new JsonLines());
    Instant before = Instant.now();
    log.atWarn()
        .addKeyValue(RequestContext.LOGGED_AS, "0123456789abcdef")
        .addKeyValue("status", 503)
        .addKeyValue("nothing", (Object) null)
        .log("no {}", "capacity");
    JsonObject event = object();
    Instant timestamp = Instant.parse(event.getString("timestamp"));
    assertFalse(timestamp.isBefore(before.minusMillis(1)), event.encode());
    assertEquals("WARN", event.getString("level"));
    assertEquals("dev.marque.Somewhere", event.getString("logger"));
    assertEquals(Thread.currentThread().getName(), event.getString("thread"));
    assertEquals("no capacity", event.getString("message"));
    assertEquals("0123456789abcdef", event.getString("request_id"));
    assertEquals(503, event.getInteger("status"));
    assertNull(event.getValue("nothing"));
    assertFalse(event.containsKey("exception"));
  }

  @Test
  void json_keeps_client_input_unchanged_and_the_stack_trace_in_one_field() {
    write(new JsonLines());
    logForged();
    for (byte each : written.get(0)) {
      assertTrue(each == '\n' || each >= ' ', "expected printable ASCII only");
    }
    JsonObject event = object();
    assertEquals(FORGED + " failed", event.getString("message"));
    assertEquals(FORGED, event.getString("path"));
    String exception = event.getString("exception");
    assertTrue(exception.startsWith("java.lang.IllegalStateException: x\r\n2026"), exception);
    assertTrue(exception.contains("LogsTest.logForged(LogsTest.java:"), exception);
    assertTrue(exception.contains("Caused by: java.lang.RuntimeException: the cause"), exception);
  }

  @Test
  void an_event_outside_a_request_has_no_request_id() {
    write(new JsonLines());
    log.info("Stopped");
    JsonObject event = object();
    assertNotNull(event.getString("message"));
    assertFalse(event.containsKey("request_id"), event.encode());
  }
}
