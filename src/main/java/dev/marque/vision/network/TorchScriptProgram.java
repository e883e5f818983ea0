package dev.marque.vision.network;

import dev.marque.vision.network.TorchScriptArchive.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  private static final int TORCH_BFLOAT16 = 15;

  private final NetworkDescription network;
  private final Heads heads;
  private final Weights weights;
  private final List<TensorSpec> specs;
  private final Precision precision;
  private final boolean training;
  private final ModuleBuilder module = new ModuleBuilder();
  private final Map<String, String> activations = new LinkedHashMap<>();
  private int channels = ShapeInference.PHOTO_CHANNELS;

  private TorchScriptProgram(
      NetworkDescription network,
      Heads heads,
      Weights weights,
      Precision precision,
      boolean training) {
    if (precision == Precision.INT8) {
      throw new IllegalArgumentException("int8 is for quantized programs");
    }
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

  /**
   * Writes a program that returns, for photos, the maximum of each activation that {@link
   * QuantizedProgram} quantizes.
   *
   * @return the names of the activations in the order of the maxima: a layer's name for its output,
   *     and with {@code .first} the output of the first convolution in a residual block
   */
  static List<String> activationMaxima(
      NetworkDescription network, Heads heads, Weights weights, Path file) throws IOException {
    TorchScriptProgram program =
        new TorchScriptProgram(network, heads, weights, Precision.FLOAT32, false);
    program.writeMaxima(file);
    return List.copyOf(program.activations.keySet());
  }

  private void write(Path file) throws IOException {
    String features = trunk();
    if (training) {
      String logits = trainingHeads(features);
      module.method(
          "statistics", "Tensor", List.of(), "torch.cat([%s], 0)".formatted(module.buffers()));
      module.write(file, "Tensor", logits, true);
    } else {
      module.write(file, "Tuple[Tensor, Tensor]", headsBuilder().logitsAndMaps(features), false);
    }
  }

  private void writeMaxima(Path file) throws IOException {
    trunk();
    List<String> maxima = new ArrayList<>();
    for (String activation : activations.values()) {
      maxima.add(let("torch.max(%s)", activation));
    }
    module.write(
        file, "Tensor", "torch.stack([%s], 0)".formatted(String.join(", ", maxima)), false);
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
      activations.put(name, y);
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
    String first = let("torch.relu_(%s)", convolution(name + ".first", x, 3, block.stride()));
    activations.put(name + ".first", first);
    String y = convolution(name + ".second", first, 3, 1);
    String gates = new SqueezeExcitation(module, this::linear).gates(name, y);
    String shortcut =
        ShapeInference.projects(channels, block)
            ? convolution(name + ".shortcut", x, 1, block.stride())
            : x;
    channels = block.width();
    String sum = let("torch.relu_(%s)", let("torch.addcmul(%s, %s, %s)", shortcut, y, gates));
    activations.put(name, sum);
    return sum;
  }

  private String convolution(String name, String x, int kernel, int stride) {
    int padding = kernel / 2;
    String weight;
    String bias;
    if (training) {
      weight = computed(member(name + ".weight", true));
      bias = "None";
    } else {
      int[] shape = TensorSpec.find(name + ".weight", specs).shape();
      FoldedConvolution folded = FoldedConvolution.of(weights, name);
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
        FoldedConvolution.NORM_EPSILON);
  }

  private String linear(String name, String x) {
    String weight = computed(member(name + ".weight", true));
    String bias = computed(member(name + ".bias", true));
    return let("torch.linear(%s, %s, %s)", x, weight, bias);
  }

  private String trainingHeads(String features) {
    String pooled = let("torch.mean(%s, [2, 3], False)", features);
    return headsBuilder()
        .logits(let("torch.dropout(%s, %s, self.training)", pooled, network.dropout()));
  }

  private HeadsBuilder headsBuilder() {
    return new HeadsBuilder(module, heads, this::linear);
  }

  /** Casts a trained tensor, which is kept in single precision, to the type of the computation. */
  private String computed(String reference) {
    return training && precision == Precision.BFLOAT16
        ? let("torch.to(%s, %d, False, False, None)", reference, TORCH_BFLOAT16)
        : reference;
  }

  private String member(String name, boolean trained) {
    TensorSpec spec = TensorSpec.find(name, specs);
    return member(
        name,
        spec.shape(),
        weights.values(name),
        trained,
        training ? Precision.FLOAT32 : precision);
  }

  private String member(
      String name, int[] shape, float[] values, boolean trained, Precision stored) {
    return module.member(new Member(TensorSpec.attribute(name), shape, values, trained, stored));
  }

  private String let(String expression, Object... arguments) {
    return module.let(expression, arguments);
  }
}
