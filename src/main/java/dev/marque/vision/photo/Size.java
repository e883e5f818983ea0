package dev.marque.vision.photo;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Height and width in pixels, written {@code 144x184}. */
public record Size(int height, int width) {

  private static final Pattern TEXT = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  public Size {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(height + "x" + width + " is not a valid size");
    }
  }

  @JsonCreator
  public static Size parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a size like 144x184");
    }
    return new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Returns the number of values of a photo of this size, with three channels. */
  public int values() {
    return 3 * height * width;
  }

  @Override
  @JsonValue
  public String toString() {
    return height + "x" + width;
  }
}
