package dev.marque.vision.network;

import java.util.function.BinaryOperator;

/**
 * Adds squeeze and excitation to a module (Hu et al., 2018, "Squeeze-and-Excitation Networks").
 *
 * @param linear adds a linear layer: maps its name and the variable of its input to the variable of
 *     its output
 */
record SqueezeExcitation(ModuleBuilder module, BinaryOperator<String> linear) {

  /**
   * Returns the variable of the gates, {@code float[batch][channels][1][1]}.
   *
   * @param block name of the residual block
   * @param x variable of the activation to be gated
   */
  String gates(String block, String x) {
    String pooled = module.let("torch.mean(%s, [2, 3], False)", x);
    String hidden = module.let("torch.relu_(%s)", linear.apply(block + ".squeeze", pooled));
    String gates = module.let("torch.sigmoid(%s)", linear.apply(block + ".excite", hidden));
    return module.let("torch.unsqueeze(torch.unsqueeze(%s, 2), 3)", gates);
  }
}
