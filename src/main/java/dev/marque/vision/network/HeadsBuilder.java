package dev.marque.vision.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Adds the heads of a network to a module.
 *
 * @param linear adds a linear layer: maps its name and the variable of its input to the variable of
 *     its output
 */
record HeadsBuilder(ModuleBuilder module, Heads heads, BinaryOperator<String> linear) {

  private static final int TORCH_FLOAT32 = 6;

  /** Adds the logits of brands, models and car or not, in single precision. */
  String logits(String pooled) {
    List<String> parts = new ArrayList<>();
    parts.add(linear.apply("heads.brand", pooled));
    if (heads.models() > 0) {
      parts.add(linear.apply("heads.model", pooled));
    }
    parts.add(linear.apply("heads.car", pooled));
    return single(module.let("torch.cat([%s], 1)", String.join(", ", parts)));
  }

  /** Returns the result of a serving program: the logits and the class activation maps. */
  String logitsAndMaps(String features) {
    String logits = logits(module.let("torch.mean(%s, [2, 3], False)", features));
    // A logit is the mean of its map over all positions, plus the bias.
    String kernel = module.let("torch.cat([self.heads_brand_weight, self.heads_car_weight], 0)");
    kernel = module.let("torch.unsqueeze(torch.unsqueeze(%s, 2), 3)", kernel);
    String maps =
        module.let("torch.conv2d(%s, %s, None, [1, 1], [0, 0], [1, 1], 1)", features, kernel);
    return "(%s, torch.contiguous(%s))".formatted(logits, single(maps));
  }

  private String single(String x) {
    return module.let("torch.to(%s, %d, False, False, None)", x, TORCH_FLOAT32);
  }
}
