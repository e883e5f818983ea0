package dev.marque.prediction;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * The position of the last row of a page: the next page starts with the next older row. Unlike a
 * page number, it remains valid while new rows arrive.
 */
record Cursor(Instant createdAt, UUID id) {

  private static final int BYTES = 8 + 16;

  static Cursor after(Prediction last) {
    return new Cursor(last.createdAt(), last.id());
  }

  /** Parses the output of {@link #encode}. */
  static Cursor parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
    if (bytes.length != BYTES) {
      throw invalid();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long millis = buffer.getLong();
    // From 1970 to the year 9999, which PostgreSQL can represent too.
    if (millis < 0 || millis > 253_402_300_799_999L) {
      throw invalid();
    }
    return new Cursor(Instant.ofEpochMilli(millis), new UUID(buffer.getLong(), buffer.getLong()));
  }

  /** Returns a text that is opaque to clients and safe in a query string. */
  String encode() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.putLong(createdAt.toEpochMilli());
    buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
  }

  private static Failure invalid() {
    return Failure.Invalid.of(FieldError.of("after", "field.cursor"));
  }
}
