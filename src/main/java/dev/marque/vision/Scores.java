package dev.marque.vision;

import dev.marque.vision.network.Heads;

/**
 * The heads' probabilities for one photo before calibration.
 *
 * @param brands mean of the brand head and the model head summed by brand; adds up to 1
 * @param models probabilities of the model head; add up to 1
 * @param otherMakes probability that the model head assigns to makes that are not brands
 * @param car probability that the photo shows a car
 */
public record Scores(double[] brands, double[] models, double otherMakes, double car) {

  /** Computes the probabilities from one photo's logits. */
  public static Scores of(float[] logits, Labels labels) {
    Heads heads = labels.heads();
    double[] byBrand = softmax(logits, 0, heads.brands());
    double[] models = softmax(logits, heads.brands(), heads.carIndex());
    double[] byModel = new double[heads.brands()];
    double otherMakes = 0;
    for (int m = 0; m < models.length; m++) {
      String brand = labels.models().get(m).brand();
      if (brand == null) {
        otherMakes += models[m];
      } else {
        byModel[labels.brands().indexOf(brand)] += models[m];
      }
    }
    double[] brands = new double[heads.brands()];
    double total = 2 - (models.length == 0 ? 1 : otherMakes);
    for (int b = 0; b < brands.length; b++) {
      brands[b] = (byBrand[b] + byModel[b]) / total;
    }
    double car = 1 / (1 + Math.exp(-logits[heads.carIndex()]));
    return new Scores(brands, models, otherMakes, car);
  }

  /** Returns the mean of the scores of two looks at one car. */
  Scores mean(Scores other) {
    return new Scores(
        mean(brands, other.brands),
        mean(models, other.models),
        (otherMakes + other.otherMakes) / 2,
        (car + other.car) / 2);
  }

  private static double[] mean(double[] first, double[] second) {
    double[] mean = new double[first.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (first[i] + second[i]) / 2;
    }
    return mean;
  }

  /** Returns the index of the most likely brand. */
  public int top() {
    int top = 0;
    for (int b = 1; b < brands.length; b++) {
      if (brands[b] > brands[top]) {
        top = b;
      }
    }
    return top;
  }

  private static double[] softmax(float[] logits, int from, int to) {
    double[] shares = new double[to - from];
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      highest = Math.max(highest, logits[i]);
    }
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Math.exp(logits[from + i] - highest);
      sum += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }
}
