package dev.marque.web;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The fields of one request that do not hold, collected so that its answer names them all. */
public final class FieldErrors {

  private final List<FieldError> errors = new ArrayList<>();

  public void add(FieldError error) {
    errors.add(error);
  }

  public void add(String field, String message, Object... arguments) {
    add(FieldError.of(field, message, arguments));
  }

  /**
   * The value that a reader gives; null where it fails with {@link Failure.Invalid}, whose fields
   * are kept.
   */
  public <T> @Nullable T read(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (Failure.Invalid failure) {
      errors.addAll(failure.fields());
      return null;
    }
  }

  /** As {@link #read(Supplier)}, with another value in place of null. */
  public <T> T read(Supplier<T> reader, T otherwise) {
    T value = read(reader);
    return value == null ? otherwise : value;
  }

  /**
   * To be called once everything is read.
   *
   * @throws Failure.Invalid ({@code fields}) if there are any
   */
  public void requireNone() {
    requireNone("fields");
  }

  /** As {@link #requireNone()}, with another type of failure. */
  public void requireNone(String type) {
    if (!errors.isEmpty()) {
      throw new Failure.Invalid(type, errors);
    }
  }
}
