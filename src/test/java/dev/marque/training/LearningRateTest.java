package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {

  @ParameterizedTest
  @CsvSource({"0, 0.1", "0.02, 1.05", "0.04, 2", "0.52, 1.001", "1, 0.002"})
  void the_rate_rises_linearly_and_then_falls_along_a_cosine(double progress, double rate) {
    assertEquals(rate, new LearningRate(2).at(progress), 1e-9);
  }
}
