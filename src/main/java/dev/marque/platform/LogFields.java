package dev.marque.platform;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** The key-value fields of a log event. */
final class LogFields {

  private LogFields() {}

  /**
   * Returns the id of the event's request, from its own fields or else from the thread's context.
   */
  static @Nullable String requestId(ILoggingEvent event) {
    for (KeyValuePair field : all(event)) {
      if (isRequestId(field)) {
        return String.valueOf(field.value);
      }
    }
    return RequestContext.requestId();
  }

  /** Returns the event's fields without the request id. */
  static List<KeyValuePair> withoutRequestId(ILoggingEvent event) {
    return all(event).stream().filter(field -> !isRequestId(field)).toList();
  }

  private static List<KeyValuePair> all(ILoggingEvent event) {
    List<KeyValuePair> fields = event.getKeyValuePairs();
    return fields == null ? List.of() : fields;
  }

  private static boolean isRequestId(KeyValuePair field) {
    return RequestContext.LOGGED_AS.equals(field.key);
  }
}
