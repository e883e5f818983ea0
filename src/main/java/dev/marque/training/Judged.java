package dev.marque.training;

import dev.marque.vision.Advice;
import dev.marque.vision.Scores;
import java.util.List;

/**
 * A photo with its label and what the network said.
 *
 * @param name its path in the data set
 * @param brand index of its brand, or {@link Example#NONE}
 * @param model index of its model, or {@link Example#NONE}
 * @param scores of all looks, as in service
 * @param first of one look at the whole photo
 * @param advice for a better photo
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
