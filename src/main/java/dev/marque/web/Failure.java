package dev.marque.web;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An error that is reported to the client: a status, a stable type and the arguments of its
 * message.
 *
 * <p>The type is the last part of the problem's {@code type} (RFC 9457) and the key of its messages
 * in the message file: {@code failure.<type>.title} and {@code failure.<type>.detail}. The messages
 * are resolved in the client's language when the answer is written.
 */
public abstract sealed class Failure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final transient List<Object> arguments;

  private Failure(int status, String type, Object... arguments) {
    // No stack trace: a failure is an answer, not a bug, and an attack creates many of them.
    super(status + " " + type + " " + List.of(arguments), null, false, false);
    this.status = status;
    this.type = type;
    this.arguments = List.of(arguments);
  }

  /** Returns the HTTP status of the answer. */
  public final int status() {
    return status;
  }

  /** Returns the stable name, for example {@code photo-too-large}. */
  public final String type() {
    return type;
  }

  /** Returns the values of the placeholders in the failure's message. */
  public final List<Object> arguments() {
    return arguments;
  }

  /** Returns the invalid fields; empty if the failure is not about fields. */
  public List<FieldError> fields() {
    return List.of();
  }

  /** Returns the value of the {@code Retry-After} header in whole seconds, at least one, if any. */
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** Rounds up, so that a client that waits exactly this long does not retry too early. */
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

  /** 401: not signed in, or the token is no longer valid. */
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

  /** 404: does not exist, or belongs to another user. */
  public static final class NotFound extends Failure {
    private static final long serialVersionUID = 1;

    public NotFound(String type, Object... arguments) {
      super(404, type, arguments);
    }
  }

  /** 405: the path exists, but does not support the method. */
  public static final class MethodNotAllowed extends Failure {
    private static final long serialVersionUID = 1;

    private final transient List<String> allowed;

    public MethodNotAllowed(List<String> allowed) {
      super(405, "method-not-allowed", String.join(", ", allowed));
      this.allowed = List.copyOf(allowed);
    }

    /** Returns the methods for the {@code Allow} header. */
    public List<String> allowed() {
      return allowed;
    }
  }

  /** 406: there is no representation that the client accepts. */
  public static final class NotAcceptable extends Failure {
    private static final long serialVersionUID = 1;

    public NotAcceptable(String type, Object... arguments) {
      super(406, type, arguments);
    }
  }

  /** 409: conflicts with the current state, for example a user name that is taken. */
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

  /** Another HTTP status without a class of its own, for example 408 or 417. */
  public static final class Refused extends Failure {
    private static final long serialVersionUID = 1;

    public Refused(int status, String type, Object... arguments) {
      super(status, type, arguments);
    }
  }

  /** 415: an unsupported content type. */
  public static final class UnsupportedType extends Failure {
    private static final long serialVersionUID = 1;

    public UnsupportedType(String type, Object... arguments) {
      super(415, type, arguments);
    }
  }

  /** 422: well formed, but with invalid values. */
  public static final class Invalid extends Failure {
    private static final long serialVersionUID = 1;

    private final transient List<FieldError> fields;

    public Invalid(String type, List<FieldError> fields, Object... arguments) {
      super(422, type, arguments);
      this.fields = List.copyOf(fields);
    }

    /** Returns a failure of type {@code fields} for the given fields. */
    public static Invalid of(List<FieldError> fields) {
      return new Invalid("fields", fields);
    }

    /** Like {@link #of(List)}. */
    public static Invalid of(FieldError... fields) {
      return of(List.of(fields));
    }

    @Override
    public List<FieldError> fields() {
      return fields;
    }
  }

  /** 429: the client has exceeded its rate limit. */
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

  /** 503: temporarily unavailable; the client may retry the same request later. */
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

  /** 500: a bug of ours, whose cause appears only in the log. */
  public static final class Unexpected extends Failure {
    private static final long serialVersionUID = 1;

    public Unexpected() {
      super(500, "unexpected");
    }
  }
}
