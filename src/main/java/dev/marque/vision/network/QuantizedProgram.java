package dev.marque.vision.network;

import dev.marque.vision.network.TorchScriptArchive.Member;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Generates a serving program whose convolutions compute with integers of eight bits (Jacob et al.,
 * 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference"). It takes and returns the same as {@link TorchScriptProgram#serving}.
 *
 * <p>Activations are unsigned integers, each in steps of a 255th of its {@linkplain
 * ActivationRanges range}; larger values are clipped. Kernels are {@linkplain QuantizedKernel
 * signed integers}. Squeeze and excitation, the sum of a residual block and the heads are computed
 * in single precision.
 *
 * <p>The convolutions are those that PyTorch takes from oneDNN. Before the first forward pass, the
 * method {@link #PACK} converts the kernels to the memory format that oneDNN has chosen for the
 * processor.
 */
final class QuantizedProgram {

  /** Name of the method that must be called once before the first forward pass. */
  static final String PACK = "pack";

  private static final int MAX_ACTIVATION = 255;

  private static final int TORCH_UINT8 = 0;
  private static final int TORCH_INT32 = 3;
  private static final int TORCH_FLOAT32 = 6;

  private final NetworkDescription network;
  private final Heads heads;
  private final Weights weights;
  private final Normalization normalization;
  private final ActivationRanges ranges;
  private final Size size;
  private final List<TensorSpec> specs;
  private final ModuleBuilder module = new ModuleBuilder();
  private final List<String> packing = new ArrayList<>();
  private final Map<Integer, String> halves = new HashMap<>();
  private String noZeroPoints = "";

  /**
   * How integers represent an activation: {@code value = (integer - zero) * step}.
   *
   * @param zero the integer that represents 0
   */
  private record Steps(double step, int zero) {

    static Steps upTo(float maximum) {
      // The output of a layer can be zero for every photo.
      return new Steps(Math.max(maximum, 1e-6) / MAX_ACTIVATION, 0);
    }

    static Steps between(float lowest, float highest) {
      double step = (highest - lowest) / MAX_ACTIVATION;
      return new Steps(step, (int) Math.round(-lowest / step));
    }
  }

  /**
   * An activation.
   *
   * @param variable the variable that holds it
   * @param quantized whether that holds integers; otherwise, values in single precision
   * @param steps the steps of the integers, or those in which to quantize the values
   * @param size its height and width for photos of the given size
   */
  private record Activation(
      String variable, boolean quantized, Steps steps, int channels, Size size) {}

  private QuantizedProgram(
      NetworkDescription network,
      Heads heads,
      Weights weights,
      Normalization normalization,
      ActivationRanges ranges,
      Size size) {
    this.specs = ShapeInference.tensors(network, heads);
    weights.check(specs);
    this.network = network;
    this.heads = heads;
    this.weights = weights;
    this.normalization = normalization;
    this.ranges = ranges;
    this.size = size;
  }

  /**
   * Writes the program.
   *
   * @param size size of the photos for which the kernels are packed; photos of other sizes take
   *     longer
   * @throws InvalidModelException if the weights or ranges do not match the network
   */
  static void write(
      NetworkDescription network,
      Heads heads,
      Weights weights,
      Normalization normalization,
      ActivationRanges ranges,
      Size size,
      Path file)
      throws IOException {
    new QuantizedProgram(network, heads, weights, normalization, ranges, size).write(file);
  }

  private void write(Path file) throws IOException {
    noZeroPoints = let("torch.zeros([1], dtype=%d)", TORCH_INT32);
    Activation x = photos();
    int last = network.layers().size() - 1;
    for (int i = 0; i <= last; i++) {
      x = layer("layers." + i, network.layers().get(i), x, i == last);
    }
    String features = inFloats(x).variable();
    String result = new HeadsBuilder(module, heads, this::dense).logitsAndMaps(features);
    module.method(PACK, "Tensor", packing, "self.heads_car_bias");
    module.write(file, "Tuple[Tensor, Tensor]", result, false);
  }

  private Activation photos() {
    float lowest = normalization.lowest();
    float highest = normalization.highest();
    String inside = let("torch.clamp(photos, %s, %s)", lowest, highest);
    Steps steps = Steps.between(lowest, highest);
    return new Activation(inside, false, steps, ShapeInference.PHOTO_CHANNELS, size);
  }

  /**
   * @param last whether the output goes to the heads, which take it in single precision
   */
  private Activation layer(String name, Layer layer, Activation x, boolean last) {
    if (layer instanceof Layer.Convolution convolution) {
      Steps out = Steps.upTo(ranges.maximum(name));
      return rectified(name, inIntegers(x), convolution.kernel(), convolution.stride(), out);
    }
    if (layer instanceof Layer.MaxPooling pooling) {
      return pooled(pooling, inIntegers(x));
    }
    return residual(name, (Layer.Residual) layer, x, last);
  }

  private Activation pooled(Layer.MaxPooling pooling, Activation x) {
    // Pooling depends on the order of the values only, so the steps do not matter.
    String values = let("torch._make_per_tensor_quantized_tensor(%s, 1., 0)", x.variable());
    int padding = pooling.kernel() / 2;
    String maxima =
        let(
            "torch.quantized_max_pool2d(%s, [%d, %d], [%d, %d], [%d, %d], [1, 1], False)",
            values,
            pooling.kernel(),
            pooling.kernel(),
            pooling.stride(),
            pooling.stride(),
            padding,
            padding);
    String y = let("torch.int_repr(%s)", maxima);
    return new Activation(y, true, x.steps(), x.channels(), strided(x.size(), pooling.stride()));
  }

  private Activation residual(String name, Layer.Residual block, Activation x, boolean last) {
    Activation integers = inIntegers(x);
    Steps inner = Steps.upTo(ranges.maximum(name + ".first"));
    Activation y = rectified(name + ".first", integers, 3, block.stride(), inner);
    y = linear(name + ".second", y, 3, 1);
    String gates = new SqueezeExcitation(module, this::dense).gates(name, y.variable());
    Activation shortcut =
        ShapeInference.projects(x.channels(), block)
            ? linear(name + ".shortcut", integers, 1, block.stride())
            : inFloats(x);
    String sum = let("torch.addcmul(%s, %s, %s)", shortcut.variable(), y.variable(), gates);
    float maximum = ranges.maximum(name);
    // ReLU and, for the next layer, clipping to what integers represent, in one pass.
    sum = last ? let("torch.relu_(%s)", sum) : let("torch.clamp_(%s, 0., %s)", sum, maximum);
    return new Activation(sum, false, Steps.upTo(maximum), y.channels(), y.size());
  }

  private Activation inIntegers(Activation x) {
    if (x.quantized()) {
      return x;
    }
    // Conversion truncates, so half a step is added. No value is out of range.
    String half =
        halves.computeIfAbsent(x.steps().zero(), zero -> let("torch.tensor(%s)", zero + 0.5));
    String scaled = let("torch.add(%s, %s, alpha=%s)", half, x.variable(), 1 / x.steps().step());
    String integers = let("torch.to(%s, %d, False, False, 2)", scaled, TORCH_UINT8);
    return new Activation(integers, true, x.steps(), x.channels(), x.size());
  }

  private Activation inFloats(Activation x) {
    if (!x.quantized()) {
      return x;
    }
    String converted = let("torch.to(%s, %d, False, False, 2)", x.variable(), TORCH_FLOAT32);
    String floats = let("torch.mul(%s, %s)", converted, x.steps().step());
    return new Activation(floats, false, x.steps(), x.channels(), x.size());
  }

  /** Adds a convolution with ReLU, to integers. */
  private Activation rectified(String name, Activation x, int kernel, int stride, Steps out) {
    return convolution(name, x, kernel, stride, out, true);
  }

  /** Adds a convolution without ReLU, to single precision. */
  private Activation linear(String name, Activation x, int kernel, int stride) {
    return convolution(name, x, kernel, stride, new Steps(1, 0), false);
  }

  private Activation convolution(
      String name, Activation x, int kernel, int stride, Steps out, boolean rectified) {
    int[] shape = TensorSpec.find(name + ".weight", specs).shape();
    int[] perOutput = {shape[0]};
    FoldedConvolution folded = FoldedConvolution.of(weights, name);
    QuantizedKernel quantized = QuantizedKernel.of(folded.kernel(), shape[0]);
    String weight = member(name + ".weight", shape, quantized.integers(), Precision.INT8);
    String steps = member(name + ".steps", perOutput, quantized.steps(), Precision.FLOAT32);
    String bias = member(name + ".bias", perOutput, folded.bias(), Precision.FLOAT32);
    String geometry =
        "[%d, %d], [%d, %d], [1, 1], 1".formatted(stride, stride, kernel / 2, kernel / 2);
    double step = x.steps().step();
    int zero = x.steps().zero();
    // Without the shape, oneDNN may choose another memory format, which it converts in every pass.
    packing.add(
        "%s = ops.onednn.qconv_prepack(%s, %s, %s, %d, %s, [1, %d, %d, %d])"
            .formatted(
                weight,
                weight,
                steps,
                step,
                zero,
                geometry,
                x.channels(),
                x.size().height(),
                x.size().width()));
    String y =
        let(
            "ops.onednn.qconv2d_pointwise(%s, %s, %d, %s, %s, %s, %s, %s, %s, 0, %d, \"%s\","
                + " annotate(List[Optional[number]], []), None)",
            x.variable(),
            step,
            zero,
            weight,
            steps,
            noZeroPoints,
            bias,
            geometry,
            out.step(),
            rectified ? TORCH_UINT8 : TORCH_FLOAT32,
            rectified ? "relu" : "none");
    return new Activation(y, rectified, out, shape[0], strided(x.size(), stride));
  }

  private static Size strided(Size size, int stride) {
    return new Size((size.height() - 1) / stride + 1, (size.width() - 1) / stride + 1);
  }

  private String dense(String name, String x) {
    String weight = member(name + ".weight");
    return let("torch.linear(%s, %s, %s)", x, weight, member(name + ".bias"));
  }

  private String member(String name) {
    return member(
        name, TensorSpec.find(name, specs).shape(), weights.values(name), Precision.FLOAT32);
  }

  private String member(String name, int[] shape, float[] values, Precision stored) {
    return module.member(new Member(TensorSpec.attribute(name), shape, values, false, stored));
  }

  private String let(String expression, Object... arguments) {
    return module.let(expression, arguments);
  }
}
