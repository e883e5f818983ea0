package dev.marque.web;

import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/** Content negotiation by the {@code Accept} header (RFC 9110, section 12.5.1). */
public final class Accepted {

  private Accepted() {}

  /**
   * Returns the offered media type that the client prefers, or the first if it has no preference.
   *
   * <p>A client that accepts only problem documents gets the first, too: code generated from the
   * contract asks for {@code application/problem+json} if a success is not JSON.
   *
   * @param offered media types, for example {@code application/json}, in descending preference
   * @throws Failure.NotAcceptable ({@code not-acceptable}) if the client accepts none of them
   */
  public static String best(RoutingContext ctx, List<String> offered) {
    String header = String.join(",", ctx.request().headers().getAll("Accept"));
    if (header.isBlank()) {
      return offered.get(0);
    }
    String best = "";
    double bestQuality = 0;
    for (String type : offered) {
      double quality = quality(header, type);
      if (quality > bestQuality) {
        best = type;
        bestQuality = quality;
      }
    }
    if (best.isEmpty() && quality(header, Problems.MEDIA_TYPE) > 0) {
      return offered.get(0);
    }
    if (best.isEmpty()) {
      throw new Failure.NotAcceptable("not-acceptable", String.join(", ", offered));
    }
    return best;
  }

  /** Returns the weight of the most specific range that matches the type; 0 if none does. */
  private static double quality(String header, String type) {
    String family = type.substring(0, type.indexOf('/')) + "/*";
    int specific = 0;
    double quality = 0;
    for (String part : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] pieces = part.split(";", -1);
      String range = pieces[0].strip();
      int rank = range.equals(type) ? 3 : range.equals(family) ? 2 : range.equals("*/*") ? 1 : 0;
      if (rank > specific) {
        specific = rank;
        quality = weight(pieces);
      }
    }
    return quality;
  }

  private static double weight(String[] pieces) {
    for (int i = 1; i < pieces.length; i++) {
      String parameter = pieces[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2).strip());
        } catch (NumberFormatException e) {
          return 1;
        }
      }
    }
    return 1;
  }
}
