package dev.marque.vision.network;

/**
 * The sizes of the three heads; their logits stand one after the other in the output.
 *
 * @param brands known brands
 * @param models fine classes: models of the known brands, then makes outside them
 */
public record Heads(int brands, int models) {

  public Heads {
    if (brands < 2 || models < 0) {
      throw new IllegalArgumentException(brands + " brands and " + models + " models");
    }
  }

  /** Where the car-or-not logit stands. */
  public int carIndex() {
    return brands + models;
  }

  /** All logits of one photo. */
  public int logits() {
    return brands + models + 1;
  }
}
