package dev.marque.vision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a car besides its brand.
 *
 * @param bodyType {@code null} if no body type has the majority of the probability
 * @param decade decade of the model year, for example 2010; {@code null} likewise
 */
public record Traits(@Nullable BodyType bodyType, @Nullable Integer decade) {

  /** No attributes are known. */
  public static final Traits NONE = new Traits(null, null);

  private static final Pattern YEAR = Pattern.compile("\\b(19|20)(\\d)\\d$");

  private static final double MAJORITY = 0.5;

  /**
   * Returns traits from their stored form.
   *
   * @param bodyType a {@link BodyType#code}, or {@code null}
   */
  public static Traits of(@Nullable String bodyType, @Nullable Integer decade) {
    return new Traits(
        bodyType == null ? null : BodyType.valueOf(bodyType.toUpperCase(Locale.ROOT)), decade);
  }

  /** Returns the {@link BodyType#code}, or {@code null}. */
  public @Nullable String bodyTypeCode() {
    return bodyType == null ? null : bodyType.code();
  }

  /** Sums the probabilities of the models by body type and by decade. */
  public static final class Reader {
    private final List<Optional<BodyType>> bodyTypes = new ArrayList<>();
    private final List<Optional<Integer>> decades = new ArrayList<>();

    /**
     * @param models in the order of the probabilities
     */
    public Reader(List<Labels.Model> models) {
      for (Labels.Model model : models) {
        bodyTypes.add(BodyType.ofModel(model.name()));
        decades.add(decade(model.name()));
      }
    }

    /** Returns the traits for the models' probabilities, which add up to 1. */
    public Traits read(double[] models) {
      return new Traits(
          most(models, bodyTypes::get).orElse(null), most(models, decades::get).orElse(null));
    }

    private static <T> Optional<T> most(double[] models, Function<Integer, Optional<T>> trait) {
      Map<T, Double> sums = new HashMap<>();
      for (int m = 0; m < models.length; m++) {
        double probability = models[m];
        trait.apply(m).ifPresent(value -> sums.merge(value, probability, Double::sum));
      }
      return sums.isEmpty()
          ? Optional.empty()
          : Optional.of(Collections.max(sums.entrySet(), Map.Entry.comparingByValue()))
              .filter(most -> most.getValue() >= MAJORITY)
              .map(Map.Entry::getKey);
    }
  }

  /** Returns the decade of the year at the end of a model's name. */
  public static Optional<Integer> decade(String model) {
    Matcher year = YEAR.matcher(model);
    return year.find()
        ? Optional.of(Integer.parseInt(year.group(1)) * 100 + Integer.parseInt(year.group(2)) * 10)
        : Optional.empty();
  }
}
