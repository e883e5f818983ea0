package dev.marque.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads JSON request bodies strictly: one object, no duplicate fields, no unknown fields. */
public final class JsonBody {

  private static final ObjectReader READER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readerForMapOf(Object.class);

  private JsonBody() {}

  /**
   * Returns the body as an object.
   *
   * @param known names of the fields that are allowed
   * @param errors receives an error for each unknown field
   * @throws Failure.UnsupportedType ({@code content-type}) if the body is not declared as JSON
   * @throws Failure.Malformed ({@code json-malformed}) if the body is not one JSON object
   */
  public static JsonObject read(RoutingContext ctx, Set<String> known, FieldErrors errors) {
    String type = ctx.request().getHeader("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?")) {
      throw new Failure.UnsupportedType("content-type");
    }
    JsonObject body = new JsonObject(parse(ctx));
    body.fieldNames().stream()
        .filter(field -> !known.contains(field))
        .sorted()
        .forEach(field -> errors.add(field, "field.unknown"));
    return body;
  }

  /**
   * Returns a string field of the body.
   *
   * @param errors receives an error if the field is missing or not a string
   * @return the value, or an empty string if there was an error
   */
  public static String text(JsonObject body, String field, FieldErrors errors) {
    Object value = body.getValue(field);
    if (value instanceof String text) {
      return text;
    }
    errors.add(field, value == null ? "field.required" : "field.not-text");
    return "";
  }

  private static Map<String, Object> parse(RoutingContext ctx) {
    if (ctx.body() == null || ctx.body().buffer() == null) {
      throw new Failure.Malformed("json-malformed");
    }
    try {
      Map<String, Object> values = READER.readValue(ctx.body().buffer().getBytes());
      if (values == null) {
        throw new Failure.Malformed("json-malformed");
      }
      return values;
    } catch (IOException e) {
      // Not only JsonProcessingException: bytes that look like UTF-32 throw another exception.
      throw new Failure.Malformed("json-malformed");
    }
  }
}
