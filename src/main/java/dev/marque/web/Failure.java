package dev.marque.web;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Something a client can be told: a status, a stable type and the values of its sentence.
 *
 * <p>The type is the last part of the problem's {@code type} (RFC 9457) and the key of its words in
 * the message file: {@code failure.<type>.title} and {@code failure.<type>.detail}. The words are
 * chosen where the answer is written, in the client's language.
 */
public abstract sealed class Failure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final transient List<Object> arguments;

  private Failure(int status, String type, Object... arguments) {
    // No stack trace: a failure is an answer, not a defect, and many are made under attack.
    super(status + " " + type + " " + List.of(arguments), null, false, false);
    this.status = status;
    this.type = type;
    this.arguments = List.of(arguments);
  }

  /** The HTTP status of the answer. */
  public final int status() {
    return status;
  }

  /** A stable name such as {@code photo-too-large}. */
  public final String type() {
    return type;
  }

  /** The values of the placeholders in the failure's sentence. */
  public final List<Object> arguments() {
    return arguments;
  }

  /** The fields at fault, for the form; empty where the failure is not about fields. */
  public List<FieldError> fields() {
    return List.of();
  }

  /** For the {@code Retry-After} header: whole seconds, at least one; empty where there is none. */
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** Rounded up: a client that waits as long as it is told must not come too early. */
  private static long wholeSeconds(Duration wait) {
    return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
  }

  /** 400: the request itself is not well formed. */
  public static final class Malformed extends Failure {
    private static final long serialVersionUID = 1;

    public Malformed(String type, Object... arguments) {
      super(400, type, arguments);
    }
  }

  /** 401: nobody is signed in, or the token no longer holds. */
  public static final class NotSignedIn extends Failure {
    private static final long serialVersionUID = 1;

    public NotSignedIn(String type, Object... arguments) {
      super(401, type, arguments);
    }
  }

  /** 403: signed in, but not allowed. */
  public static final class Forbidden extends Failure {
    private static final long serialVersionUID = 1;

    public Forbidden(String type, Object... arguments) {
      super(403, type, arguments);
    }
  }

  /** 404: not there, or not this person's. */
  public static final class NotFound extends Failure {
    private static final long serialVersionUID = 1;

    public NotFound(String type, Object... arguments) {
      super(404, type, arguments);
    }
  }

  /** 405: the path is there, the method is not. */
  public static final class MethodNotAllowed extends Failure {
    private static final long serialVersionUID = 1;

    private final transient List<String> allowed;

    public MethodNotAllowed(List<String> allowed) {
      super(405, "method-not-allowed", String.join(", ", allowed));
      this.allowed = List.copyOf(allowed);
    }

    /** The methods for the {@code Allow} header. */
    public List<String> allowed() {
      return allowed;
    }
  }

  /** 406: no representation that the client accepts. */
  public static final class NotAcceptable extends Failure {
    private static final long serialVersionUID = 1;

    public NotAcceptable(String type, Object... arguments) {
      super(406, type, arguments);
    }
  }

  /** 409: it contradicts what is there, such as a user name that is taken. */
  public static final class Conflict extends Failure {
    private static final long serialVersionUID = 1;

    private final transient List<FieldError> fields;

    public Conflict(String type, List<FieldError> fields, Object... arguments) {
      super(409, type, arguments);
      this.fields = List.copyOf(fields);
    }

    @Override
    public List<FieldError> fields() {
      return fields;
    }
  }

  /** 413: more bytes than allowed. */
  public static final class TooLarge extends Failure {
    private static final long serialVersionUID = 1;

    public TooLarge(String type, Object... arguments) {
      super(413, type, arguments);
    }
  }

  /** Another status of HTTP itself, such as 408 or 417, for which no class of its own is needed. */
  public static final class Refused extends Failure {
    private static final long serialVersionUID = 1;

    public Refused(int status, String type, Object... arguments) {
      super(status, type, arguments);
    }
  }

  /** 415: a type of content that is not read here. */
  public static final class UnsupportedType extends Failure {
    private static final long serialVersionUID = 1;

    public UnsupportedType(String type, Object... arguments) {
      super(415, type, arguments);
    }
  }

  /** 422: well formed, but its values do not hold. */
  public static final class Invalid extends Failure {
    private static final long serialVersionUID = 1;

    private final transient List<FieldError> fields;

    public Invalid(String type, List<FieldError> fields, Object... arguments) {
      super(422, type, arguments);
      this.fields = List.copyOf(fields);
    }

    /** Of fields that do not hold, and nothing else: {@code fields}. */
    public static Invalid of(List<FieldError> fields) {
      return new Invalid("fields", fields);
    }

    /** As {@link #of(List)}. */
    public static Invalid of(FieldError... fields) {
      return of(List.of(fields));
    }

    @Override
    public List<FieldError> fields() {
      return fields;
    }
  }

  /** 429: over this client's limit. */
  public static final class TooManyRequests extends Failure {
    private static final long serialVersionUID = 1;

    private final Duration retryAfter;

    public TooManyRequests(String type, Duration retryAfter) {
      super(429, type, wholeSeconds(retryAfter));
      this.retryAfter = Duration.ofSeconds(wholeSeconds(retryAfter));
    }

    @Override
    public Optional<Duration> retryAfter() {
      return Optional.of(retryAfter);
    }
  }

  /** 503: not now; the same request will do later. */
  public static final class Unavailable extends Failure {
    private static final long serialVersionUID = 1;

    private final Duration retryAfter;

    public Unavailable(String type, Duration retryAfter) {
      super(503, type, wholeSeconds(retryAfter));
      this.retryAfter = Duration.ofSeconds(wholeSeconds(retryAfter));
    }

    @Override
    public Optional<Duration> retryAfter() {
      return Optional.of(retryAfter);
    }
  }

  /** 500: a defect of ours, whose cause is in the log and nowhere else. */
  public static final class Unexpected extends Failure {
    private static final long serialVersionUID = 1;

    public Unexpected() {
      super(500, "unexpected");
    }
  }
}
