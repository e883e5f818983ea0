package dev.marque.platform;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The conversion word {@code %text} of log patterns: the request id, the message and its fields on
 * one line, even if a client has put line breaks into them.
 */
public final class LogText extends ClassicConverter {

  /** Characters that a reader may treat as a line end or a terminal as a control sequence. */
  private static final Pattern CONTROL_CHARACTERS =
      Pattern.compile("[\\p{Cntrl}\\x{85}\\u2028\\u2029]+");

  /** Called reflectively by Logback. */
  public LogText() {}

  @Override
  public String convert(ILoggingEvent event) {
    StringBuilder text = new StringBuilder();
    @Nullable String requestId = LogFields.requestId(event);
    if (requestId != null) {
      text.append("request ").append(requestId).append(": ");
    }
    text.append(event.getFormattedMessage());
    for (KeyValuePair field : LogFields.withoutRequestId(event)) {
      text.append(' ').append(field.key).append('=').append(field.value);
    }
    return CONTROL_CHARACTERS.matcher(text).replaceAll(" | ");
  }
}
