package dev.marque.platform;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** What a log event says besides its message. */
final class LogFields {

  private LogFields() {}

  /** The request that the event belongs to: as it says itself, or as its thread's context knows. */
  static @Nullable String requestId(ILoggingEvent event) {
    for (KeyValuePair field : all(event)) {
      if (isRequestId(field)) {
        return String.valueOf(field.value);
      }
    }
    return RequestContext.requestId();
  }

  /** The fields without the request's id. */
  static List<KeyValuePair> further(ILoggingEvent event) {
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
