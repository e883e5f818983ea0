package dev.marque.web;

import java.util.List;

/**
 * An invalid field of a form or of a JSON body.
 *
 * @param field the field's name as the client sent it, for example {@code password}
 * @param message a key of the message file, for example {@code field.password.short}
 * @param arguments the values of the message's placeholders
 */
public record FieldError(String field, String message, List<Object> arguments) {

  public FieldError {
    arguments = List.copyOf(arguments);
  }

  public static FieldError of(String field, String message, Object... arguments) {
    return new FieldError(field, message, List.of(arguments));
  }
}
