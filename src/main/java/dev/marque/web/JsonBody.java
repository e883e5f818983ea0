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

/** Reads JSON request bodies strictly: one object, each field once, no field that is not known. */
public final class JsonBody {

  private static final ObjectReader READER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readerForMapOf(Object.class);

  private JsonBody() {}

  /**
   * The body as an object.
   *
   * @param known the fields that it may have
   * @param errors take the other fields that it has
   * @throws Failure.UnsupportedType ({@code content-type}) if it is not declared as JSON
   * @throws Failure.Malformed ({@code json-malformed}) if it is not one JSON object
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
   * A text of the body.
   *
   * @param errors take the field where it is missing or no text; what is returned then is empty
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
      // Not only a JsonProcessingException: bytes that look like UTF-32 have one of their own.
      throw new Failure.Malformed("json-malformed");
    }
  }
}
