package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import dev.marque.vision.Verdict;

/**
 * A model's answer to a photo of a known brand.
 *
 * @param photo the photo's path in the data set
 * @param brand the brand that it shows
 * @param right whether that brand was the top answer
 * @param crossFitted claim of a calibration that was fitted without the photo
 * @param inService claim of the model's own calibration
 */
record Answer(String photo, String brand, boolean right, Claim crossFitted, Claim inService) {

  /**
   * What a calibration claims about an answer.
   *
   * @param accuracy claimed share of such answers that are correct
   */
  record Claim(double accuracy, Verdict verdict) {

    static Claim of(Calibration calibration, Scores scores) {
      double probability = calibration.brands(scores)[scores.top()];
      return new Claim(calibration.accuracyAt(probability), calibration.verdict(scores));
    }
  }

  static Answer of(Labels labels, Calibration crossFitted, Calibration inService, Judged judged) {
    Scores scores = judged.scores();
    return new Answer(
        judged.name(),
        labels.brands().get(judged.brand()),
        scores.top() == judged.brand(),
        Claim.of(crossFitted, scores),
        Claim.of(inService, scores));
  }
}
