package dev.marque.vision.network;

import dev.marque.vision.network.TorchScriptArchive.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Generates TorchScript programs of the network from its description and weights.
 *
 * <p>Both programs take photos as {@code float[batch][3][height][width]}, normalised; input in
 * channels-last memory format is not copied.
 *
 * <ul>
 *   <li>{@link #training} has separate batch norm layers and returns all logits, {@code
 *       float[batch][logits]}; its method {@code statistics} returns the running statistics,
 *       concatenated in the order of their tensors.
 *   <li>{@link #serving} has batch norm folded into the convolutions and returns the logits and the
 *       class activation maps of the brands and of car or not, {@code float[batch][brands +
 *       1][rows][columns]}.
 * </ul>
 */
public final class TorchScriptProgram {

  private static final double NORM_EPSILON = 1e-5;
  private static final int TORCH_BFLOAT16 = 15;
  private static final int TORCH_FLOAT32 = 6;

  private final NetworkDescription network;
  private final Heads heads;
  private final Weights weights;
  private final List<TensorSpec> specs;
  private final Precision precision;
  private final boolean training;
  private final List<Member> members = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private int variables;
  private int channels = ShapeInference.PHOTO_CHANNELS;

  private TorchScriptProgram(
      NetworkDescription network,
      Heads heads,
      Weights weights,
      Precision precision,
      boolean training) {
    this.specs = ShapeInference.tensors(network, heads);
    weights.check(specs);
    this.network = network;
    this.heads = heads;
    this.weights = weights;
    this.precision = precision;
    this.training = training;
  }

  /** Writes the training program, whose parameters require gradients. */
  public static void training(
      NetworkDescription network, Heads heads, Weights weights, Precision precision, Path file)
      throws IOException {
    new TorchScriptProgram(network, heads, weights, precision, true).write(file);
  }

  /** Writes the serving program. */
  public static void serving(
      NetworkDescription network, Heads heads, Weights weights, Precision precision, Path file)
      throws IOException {
    new TorchScriptProgram(network, heads, weights, precision, false).write(file);
  }

  private void write(Path file) throws IOException {
    String features = trunk();
    String returned = training ? trainingHeads(features) : servingHeads(features);
    new TorchScriptArchive(source(returned), List.copyOf(members), training).write(file);
  }

  private String source(String returned) {
    StringBuilder source = new StringBuilder("class M(Module):\n");
    source.append("  __parameters__ = [").append(names(true)).append("]\n");
    source.append("  __buffers__ = [").append(names(false)).append("]\n");
    source.append("  training : bool\n");
    for (Member member : members) {
      source.append("  ").append(member.attribute()).append(" : Tensor\n");
    }
    source.append("  def forward(self: __torch__.M,\n    photos: Tensor) -> ");
    source.append(training ? "Tensor" : "Tuple[Tensor, Tensor]").append(":\n");
    source.append(body).append("    return ").append(returned).append('\n');
    if (training) {
      source.append("  def statistics(self: __torch__.M) -> Tensor:\n    return torch.cat([");
      for (Member member : members) {
        if (!member.trained()) {
          source.append("self.").append(member.attribute()).append(", ");
        }
      }
      source.append("], 0)\n");
    }
    return source.toString();
  }

  private String names(boolean trained) {
    StringBuilder names = new StringBuilder();
    for (Member member : members) {
      if (member.trained() == trained) {
        names.append('"').append(member.attribute()).append("\", ");
      }
    }
    return names.toString();
  }

  private String trunk() {
    String x = "photos";
    if (precision == Precision.BFLOAT16) {
      x = let("torch.to(%s, %d, False, False, None)", x, TORCH_BFLOAT16);
    }
    x = let("torch.contiguous(%s, memory_format=2)", x);
    for (int i = 0; i < network.layers().size(); i++) {
      x = layer("layers." + i, network.layers().get(i), x);
    }
    return x;
  }

  private String layer(String name, Layer layer, String x) {
    if (layer instanceof Layer.Convolution convolution) {
      String y =
          let("torch.relu_(%s)", convolution(name, x, convolution.kernel(), convolution.stride()));
      channels = convolution.width();
      return y;
    }
    if (layer instanceof Layer.MaxPooling pooling) {
      int padding = pooling.kernel() / 2;
      return let(
          "torch.max_pool2d(%s, [%d, %d], [%d, %d], [%d, %d], [1, 1], False)",
          x,
          pooling.kernel(),
          pooling.kernel(),
          pooling.stride(),
          pooling.stride(),
          padding,
          padding);
    }
    return residual(name, (Layer.Residual) layer, x);
  }

  private String residual(String name, Layer.Residual block, String x) {
    String y = let("torch.relu_(%s)", convolution(name + ".first", x, 3, block.stride()));
    y = convolution(name + ".second", y, 3, 1);
    String pooled = let("torch.mean(%s, [2, 3], False)", y);
    String hidden = let("torch.relu_(%s)", linear(name + ".squeeze", pooled));
    String gates = let("torch.sigmoid(%s)", linear(name + ".excite", hidden));
    gates = let("torch.unsqueeze(torch.unsqueeze(%s, 2), 3)", gates);
    String shortcut =
        ShapeInference.projects(channels, block)
            ? convolution(name + ".shortcut", x, 1, block.stride())
            : x;
    channels = block.width();
    return let("torch.relu_(%s)", let("torch.addcmul(%s, %s, %s)", shortcut, y, gates));
  }

  private String convolution(String name, String x, int kernel, int stride) {
    int padding = kernel / 2;
    String weight;
    String bias;
    if (training) {
      weight = computed(member(name + ".weight", true));
      bias = "None";
    } else {
      int[] shape = spec(name + ".weight").shape();
      Folded folded = Folded.of(weights, name);
      weight = member(name + ".weight", shape, folded.kernel(), true, precision);
      bias = member(name + ".bias", new int[] {shape[0]}, folded.bias(), true, precision);
    }
    String y =
        let(
            "torch.conv2d(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], 1)",
            x, weight, bias, stride, stride, padding, padding);
    return training ? batchNorm(name, y) : y;
  }

  private String batchNorm(String name, String x) {
    return let(
        "torch.batch_norm(%s, %s, %s, %s, %s, self.training, 0.10000000000000001, %s, False)",
        x,
        member(name + ".scale", true),
        member(name + ".shift", true),
        member(name + ".mean", false),
        member(name + ".variance", false),
        NORM_EPSILON);
  }

  private String linear(String name, String x) {
    String weight = computed(member(name + ".weight", true));
    String bias = computed(member(name + ".bias", true));
    return let("torch.linear(%s, %s, %s)", x, weight, bias);
  }

  private String trainingHeads(String features) {
    String pooled = let("torch.mean(%s, [2, 3], False)", features);
    String kept = let("torch.dropout(%s, %s, self.training)", pooled, network.dropout());
    return let("torch.to(%s, %d, False, False, None)", logits(kept), TORCH_FLOAT32);
  }

  private String servingHeads(String features) {
    String pooled = let("torch.mean(%s, [2, 3], False)", features);
    String logits = let("torch.to(%s, %d, False, False, None)", logits(pooled), TORCH_FLOAT32);
    // A logit is the mean of its map over all positions, plus the bias.
    String kernel = let("torch.cat([self.heads_brand_weight, self.heads_car_weight], 0)");
    kernel = let("torch.unsqueeze(torch.unsqueeze(%s, 2), 3)", kernel);
    String maps = let("torch.conv2d(%s, %s, None, [1, 1], [0, 0], [1, 1], 1)", features, kernel);
    maps = let("torch.to(%s, %d, False, False, None)", maps, TORCH_FLOAT32);
    return "(" + logits + ", torch.contiguous(" + maps + "))";
  }

  private String logits(String pooled) {
    List<String> parts = new ArrayList<>();
    parts.add(linear("heads.brand", pooled));
    if (heads.models() > 0) {
      parts.add(linear("heads.model", pooled));
    }
    parts.add(linear("heads.car", pooled));
    return let("torch.cat([%s], 1)", String.join(", ", parts));
  }

  /** Casts a trained tensor, which is kept in single precision, to the type of the computation. */
  private String computed(String reference) {
    return training && precision == Precision.BFLOAT16
        ? let("torch.to(%s, %d, False, False, None)", reference, TORCH_BFLOAT16)
        : reference;
  }

  private String member(String name, boolean trained) {
    TensorSpec spec = spec(name);
    return member(
        name,
        spec.shape(),
        weights.values(name),
        trained,
        training ? Precision.FLOAT32 : precision);
  }

  private String member(
      String name, int[] shape, float[] values, boolean trained, Precision stored) {
    String attribute = TensorSpec.attribute(name);
    members.add(new Member(attribute, shape, values, trained, stored));
    return "self." + attribute;
  }

  private TensorSpec spec(String name) {
    return specs.stream()
        .filter(spec -> spec.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no tensor " + name));
  }

  /** Adds a line that assigns an expression to a new variable, and returns the variable. */
  private String let(String expression, Object... arguments) {
    String variable = "v" + variables++;
    body.append("    ")
        .append(variable)
        .append(" = ")
        .append(String.format(java.util.Locale.ROOT, expression, arguments))
        .append('\n');
    return variable;
  }

  /**
   * A convolution with the following batch norm folded into it: in inference, batch norm is a fixed
   * scale and shift per channel.
   */
  private record Folded(float[] kernel, float[] bias) {

    static Folded of(Weights weights, String name) {
      float[] kernel = weights.values(name + ".weight").clone();
      float[] scale = weights.values(name + ".scale");
      float[] shift = weights.values(name + ".shift");
      float[] mean = weights.values(name + ".mean");
      float[] variance = weights.values(name + ".variance");
      float[] bias = new float[scale.length];
      int perChannel = kernel.length / scale.length;
      for (int c = 0; c < scale.length; c++) {
        double factor = scale[c] / Math.sqrt(variance[c] + NORM_EPSILON);
        bias[c] = (float) (shift[c] - mean[c] * factor);
        for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
          kernel[i] *= (float) factor;
        }
      }
      return new Folded(kernel, bias);
    }
  }
}
