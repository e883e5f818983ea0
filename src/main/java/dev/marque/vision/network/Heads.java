package dev.marque.vision.network;

/**
 * The sizes of the three heads, whose logits are concatenated in the output.
 *
 * @param brands number of known brands
 * @param models number of fine classes: models of the known brands, then other makes
 */
public record Heads(int brands, int models) {

  public Heads {
    if (brands < 2 || models < 0) {
      throw new IllegalArgumentException(brands + " brands and " + models + " models");
    }
  }

  /** Returns the index of the car-or-not logit. */
  public int carIndex() {
    return brands + models;
  }

  /** Returns the number of logits per photo. */
  public int logits() {
    return brands + models + 1;
  }
}
