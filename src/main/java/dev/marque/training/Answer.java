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
 * @param claimed how often such answers are right, by a calibration that has not seen the photo
 * @param verdict by the same calibration
 */
record Answer(String photo, String brand, boolean right, double claimed, Verdict verdict) {

  static Answer of(Labels labels, Calibration calibration, Judged judged) {
    Scores scores = judged.scores();
    double probability = calibration.brands(scores)[scores.top()];
    return new Answer(
        judged.name(),
        labels.brands().get(judged.brand()),
        scores.top() == judged.brand(),
        calibration.accuracyAt(probability),
        calibration.verdict(scores));
  }
}
