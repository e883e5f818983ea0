package dev.marque.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Failures as problem documents (RFC 9457, {@code application/problem+json}). */
public final class Problems {

  public static final String MEDIA_TYPE = "application/problem+json";

  /** Prefix of every problem's {@code type}, followed by the failure's type. */
  public static final String TYPE_PREFIX = "https://marque.dev/problems/";

  private final Messages messages;

  /**
   * The documents of {@link Failure.Unavailable} up to the request id. Cached, because an
   * overloaded server answers with little else; they differ only in a few fixed waits.
   */
  private final Map<Wording, String> unavailable = new ConcurrentHashMap<>();

  private record Wording(String type, List<Object> arguments, Locale language) {}

  public Problems(Messages messages) {
    this.messages = messages;
  }

  /** Returns the document for a failure; {@code errors} lists the invalid fields, if any. */
  public JsonObject document(Failure failure, Locale language) {
    JsonObject problem =
        new JsonObject()
            .put("type", TYPE_PREFIX + failure.type())
            .put("title", messages.title(language, failure))
            .put("status", failure.status())
            .put("detail", messages.detail(language, failure));
    List<FieldError> fields = failure.fields();
    if (!fields.isEmpty()) {
      JsonArray errors = new JsonArray();
      fields.forEach(
          error ->
              errors.add(
                  new JsonObject()
                      .put("field", error.field())
                      .put("message", messages.text(language, error))));
      problem.put("errors", errors);
    }
    return problem;
  }

  /**
   * Returns the body of an answer: {@link #document} with {@code request_id}.
   *
   * @param requestId must not contain characters that JSON escapes
   */
  Buffer answer(Failure failure, Locale language, String requestId) {
    if (!(failure instanceof Failure.Unavailable)) {
      return document(failure, language).put("request_id", requestId).toBuffer();
    }
    String start =
        unavailable.computeIfAbsent(
            new Wording(failure.type(), failure.arguments(), language),
            absent -> {
              String json = document(failure, language).encode();
              return json.substring(0, json.length() - 1) + ",\"request_id\":\"";
            });
    return Buffer.buffer(start + requestId + "\"}");
  }
}
