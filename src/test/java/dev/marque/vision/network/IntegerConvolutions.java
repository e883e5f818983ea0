package dev.marque.vision.network;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;

/** Skips tests in {@link Precision#INT8} where PyTorch may lack oneDNN's integer convolutions. */
public final class IntegerConvolutions {

  private IntegerConvolutions() {}

  public static void assumeAvailableFor(Precision precision) {
    boolean x86 = Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    assumeTrue(precision != Precision.INT8 || x86);
  }
}
