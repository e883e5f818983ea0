package dev.marque.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects the invalid fields of one request, so that its answer names them all. */
public final class FieldErrors {

  private final List<FieldError> errors = new ArrayList<>();

  public void add(FieldError error) {
    errors.add(error);
  }

  public void add(String field, String message, Object... arguments) {
    add(FieldError.of(field, message, arguments));
  }

  /**
   * Returns the reader's value, or {@code null} if it throws {@link Failure.Invalid}, whose fields
   * are then added to these.
   */
  public <T> @Nullable T read(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (Failure.Invalid failure) {
      errors.addAll(failure.fields());
      return null;
    }
  }

  /** Like {@link #read(Supplier)}, but returns the given value instead of {@code null}. */
  public <T> T read(Supplier<T> reader, T otherwise) {
    T value = read(reader);
    return value == null ? otherwise : value;
  }

  /**
   * Runs a check that throws {@link Failure.Invalid}, and adds its errors except those of fields
   * that already have one: what could not be read was checked in vain.
   */
  public void check(Runnable rules) {
    try {
      rules.run();
    } catch (Failure.Invalid failure) {
      Set<String> named = errors.stream().map(FieldError::field).collect(Collectors.toSet());
      failure.fields().stream()
          .filter(error -> !named.contains(error.field()))
          .forEach(errors::add);
    }
  }

  /**
   * Call this after all fields have been read.
   *
   * @throws Failure.Invalid ({@code fields}) if any field is invalid
   */
  public void requireNone() {
    requireNone("fields");
  }

  /** Like {@link #requireNone()}, with another type of failure. */
  public void requireNone(String type) {
    if (!errors.isEmpty()) {
      throw new Failure.Invalid(type, errors);
    }
  }
}
