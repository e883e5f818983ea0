package dev.marque.prediction;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a page of the list ends: the next one begins with what is older. Stable while new rows
 * arrive, unlike a page number.
 */
record Cursor(Instant createdAt, UUID id) {

  private static final int BYTES = 8 + 16;

  static Cursor after(Prediction last) {
    return new Cursor(last.createdAt(), last.id());
  }

  /** Reads what {@link #encode} wrote. */
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
    // The times that PostgreSQL can hold as well.
    if (millis < 0 || millis > 253_402_300_799_999L) {
      throw invalid();
    }
    return new Cursor(Instant.ofEpochMilli(millis), new UUID(buffer.getLong(), buffer.getLong()));
  }

  /** Opaque to clients, safe in a query. */
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
