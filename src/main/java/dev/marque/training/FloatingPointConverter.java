package dev.marque.training;

import dev.marque.vision.network.Precision;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a precision other than {@link Precision#INT8}, which is for serving only. */
public final class FloatingPointConverter implements ITypeConverter<Precision> {

  @Override
  public Precision convert(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "float32" -> Precision.FLOAT32;
      case "bfloat16" -> Precision.BFLOAT16;
      default ->
          throw new TypeConversionException("'%s' is neither float32 nor bfloat16".formatted(text));
    };
  }
}
