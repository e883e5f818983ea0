package dev.marque.training;

import java.util.List;

/**
 * What was claimed of answers and what was true.
 *
 * @param accuracy how often such answers are right, as claimed of each
 * @param right whether each was
 */
record Claims(double[] accuracy, boolean[] right) {

  private static final int BINS = 10;

  static Claims of(List<Answer> answers) {
    Claims claims = new Claims(new double[answers.size()], new boolean[answers.size()]);
    for (int i = 0; i < answers.size(); i++) {
      claims.accuracy[i] = answers.get(i).claimed();
      claims.right[i] = answers.get(i).right();
    }
    return claims;
  }

  int count() {
    return right.length;
  }

  /** Those of some answers; one may be there several times. */
  Claims of(int[] answers) {
    Claims claims = new Claims(new double[answers.length], new boolean[answers.length]);
    for (int i = 0; i < answers.length; i++) {
      claims.accuracy[i] = accuracy[answers[i]];
      claims.right[i] = right[answers[i]];
    }
    return claims;
  }

  /** The expected calibration error. */
  double error() {
    return Figures.calibrationError(accuracy, right, BINS);
  }
}
