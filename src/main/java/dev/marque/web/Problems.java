package dev.marque.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** Failures as problem documents (RFC 9457, {@code application/problem+json}). */
public final class Problems {

  public static final String MEDIA_TYPE = "application/problem+json";

  /** Prefix of every problem's {@code type}, followed by the failure's type. */
  public static final String TYPE_PREFIX = "https://marque.dev/problems/";

  private final Messages messages;

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
}
