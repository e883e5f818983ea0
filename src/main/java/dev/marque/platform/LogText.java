package dev.marque.platform;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * {@code %text} of a log pattern: the request's id, the message and its fields on one line,
 * whatever a client has put into them.
 */
public final class LogText extends ClassicConverter {

  /** What some reader takes for the end of a line or a terminal for an order. */
  private static final Pattern NOT_OF_A_LINE =
      Pattern.compile("[\\p{Cntrl}\\x{85}\\u2028\\u2029]+");

  /** For logback, which makes it from its name in a configuration. */
  public LogText() {}

  @Override
  public String convert(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    @Nullable String requestId = LogFields.requestId(event);
    if (requestId != null) {
      text.append("request ").append(requestId).append(": ");
    }
    text.append(event.getFormattedMessage());
    for (KeyValuePair field : LogFields.further(event)) {
      text.append(' ').append(field.key).append('=').append(field.value);
    }
    return NOT_OF_A_LINE.matcher(text).replaceAll(" | ");
  }
}
