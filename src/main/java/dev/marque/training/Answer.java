package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import dev.marque.vision.Verdict;

/**
 * A model's answer to a photo of a known brand.
 *
 * @param photo its path in the data set
 * @param brand that it shows
 * @param right whether that brand came first
 * @param crossFitted what a calibration claims that has not seen the photo
 * @param inService what the model's own calibration claims
 */
record Answer(String photo, String brand, boolean right, Claim crossFitted, Claim inService) {

  /**
   * What a calibration claims of an answer.
   *
   * @param accuracy how often such answers are right
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
