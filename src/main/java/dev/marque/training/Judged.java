package dev.marque.training;

import dev.marque.vision.Advice;
import dev.marque.vision.Scores;
import java.util.List;

/**
 * A labelled photo with the model's scores.
 *
 * @param name its path in the data set
 * @param brand index of its brand, or {@link Example#NONE}
 * @param model index of its model, or {@link Example#NONE}
 * @param car whether it shows a car
 * @param scores combined scores of all looks, as in service
 * @param first scores of the first look
 * @param advice advice for a better photo
 */
record Judged(
    String name,
    int brand,
    int model,
    boolean car,
    Scores scores,
    Scores first,
    List<Advice> advice) {

  Judged {
    advice = List.copyOf(advice);
  }
}
