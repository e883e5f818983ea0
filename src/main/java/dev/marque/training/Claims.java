package dev.marque.training;

import dev.marque.training.Answer.Claim;
import java.util.List;
import java.util.function.Function;

/**
 * Claimed accuracy and correctness of answers.
 *
 * @param accuracy claimed accuracy of each answer
 * @param right whether each answer was correct
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

  /** Returns the claims of the answers with these indexes, which may repeat. */
  Claims of(int[] answers) {
    Claims claims = new Claims(new double[answers.length], new boolean[answers.length]);
    for (int i = 0; i < answers.length; i++) {
      claims.accuracy[i] = accuracy[answers[i]];
      claims.right[i] = right[answers[i]];
    }
    return claims;
  }

  /** Returns the expected calibration error. */
  double error() {
    return Figures.calibrationError(accuracy, right, BINS);
  }
}
