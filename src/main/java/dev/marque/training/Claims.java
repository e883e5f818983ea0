package dev.marque.training;

import dev.marque.training.Answer.Claim;
import java.util.List;
import java.util.function.Function;

/**
 * What was claimed of answers and what was true.
 *
 * @param accuracy how often such answers are right, as claimed of each
 * @param right whether each was
 */
record Claims(double[] accuracy, boolean[] right) {

  private static final int BINS = 10;

  static Claims crossFitted(List<Answer> answers) {
    return of(answers, Answer::crossFitted);
  }

  static Claims inService(List<Answer> answers) {
    return of(answers, Answer::inService);
  }

  private static Claims of(List<Answer> answers, Function<Answer, Claim> claim) {
    Claims claims = new Claims(new double[answers.size()], new boolean[answers.size()]);
    for (int i = 0; i < answers.size(); i++) {
      claims.accuracy[i] = claim.apply(answers.get(i)).accuracy();
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
