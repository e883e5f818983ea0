package dev.marque.vision;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shape of a car's body. */
public enum BodyType {
  SEDAN,
  SUV,
  COUPE,
  CONVERTIBLE,
  PICKUP,
  VAN,
  WAGON,
  HATCHBACK;

  /** The last matching word decides: an "E-Series Wagon Van" is a van. */
  private static final Pattern LAST_WORD =
      Pattern.compile(
          ".*\\b(?:(?<SEDAN>sedan)|(?<SUV>suv)|(?<COUPE>coupe)|(?<CONVERTIBLE>convertible)"
              + "|(?:super)?(?<PICKUP>cab)|(?:mini)?(?<VAN>van)|(?<WAGON>wagon)"
              + "|(?<HATCHBACK>hatchback))\\b.*",
          Pattern.CASE_INSENSITIVE);

  /** Models whose names contain no body type, because they were built with only one. */
  private static final Map<String, BodyType> BY_MODEL =
      Map.ofEntries(
          Map.entry("Integra Type R", COUPE),
          Map.entry("TL Type-S", SEDAN),
          Map.entry("Regal GS", SEDAN),
          Map.entry("Cobalt SS", COUPE),
          Map.entry("Corvette Ron Fellows", COUPE),
          Map.entry("Corvette ZR1", COUPE),
          Map.entry("HHR SS", WAGON),
          Map.entry("TrailBlazer SS", SUV),
          Map.entry("300 SRT-8", SEDAN),
          Map.entry("Challenger SRT8", COUPE),
          Map.entry("Charger SRT-8", SEDAN),
          Map.entry("Gallardo LP 570-4 Superleggera", COUPE));

  /** Returns the name in JSON and in message keys, for example {@code pickup}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Derives the body type from the name of a model.
   *
   * @param model for example {@code Audi TTS Coupe 2012}
   * @return empty if the body type cannot be derived
   */
  public static Optional<BodyType> ofModel(String model) {
    Matcher word = LAST_WORD.matcher(model);
    if (word.matches()) {
      for (BodyType type : values()) {
        if (word.group(type.name()) != null) {
          return Optional.of(type);
        }
      }
    }
    return BY_MODEL.entrySet().stream()
        .filter(entry -> model.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
