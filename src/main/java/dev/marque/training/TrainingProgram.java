package dev.marque.training;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ShapeInference;
import dev.marque.vision.network.Tensor;
import dev.marque.vision.network.TensorSpec;
import dev.marque.vision.network.TorchScriptProgram;
import dev.marque.vision.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The loaded training program: forward pass, backward pass and AdamW update (Loshchilov and Hutter,
 * 2019). Also maintains a moving average of the weights, which is the result of a run.
 *
 * <p>Not thread-safe. A JVM may use only one at a time, because DJL collects gradients globally.
 */
final class TrainingProgram implements AutoCloseable {

  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final Heads heads;
  private final List<TensorSpec> specs;
  private final Model model;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore parameters;
  private final List<Trained> trained = new ArrayList<>();
  private final NDArray averageStatistics;
  private int steps;

  /** A trained tensor with its optimizer state and its moving average. */
  private record Trained(
      TensorSpec spec, NDArray values, NDArray mean, NDArray square, NDArray average) {}

  /** Everything needed to resume a run. */
  record State(Weights weights, Weights average, Weights mean, Weights square, int steps) {

    /** Returns whether all values are finite. */
    boolean isFinite() {
      return Stream.of(weights, average, mean, square).allMatch(Weights::areFinite);
    }
  }

  TrainingProgram(NetworkDescription network, Heads heads, Precision precision, State state)
      throws IOException {
    PyTorch.prepare();
    this.heads = heads;
    this.specs = ShapeInference.tensors(network, heads);
    this.steps = state.steps();
    this.model = Model.newInstance("training", "PyTorch");
    Path folder = Files.createTempDirectory("marque-training");
    Path file = folder.resolve("training.pt");
    try {
      TorchScriptProgram.training(network, heads, state.weights(), precision, file);
      model.load(folder, "training", Map.of("trainParam", "true"));
    } catch (MalformedModelException e) {
      throw new IOException("PyTorch rejected the training program", e);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
    this.manager = model.getNDManager().newSubManager();
    this.block = model.getBlock();
    this.parameters = new ParameterStore(manager, false);
    for (TensorSpec spec : specs) {
      if (spec.role().trained()) {
        NDArray values = block.getDirectParameters().get(spec.attribute()).getArray();
        trained.add(
            new Trained(
                spec,
                values,
                array(spec, state.mean()),
                array(spec, state.square()),
                array(spec, state.average())));
      }
    }
    this.averageStatistics = manager.create(statistics(state.average()));
    enterTrainingMode();
  }

  /**
   * Returns the initial state of a run.
   *
   * @param start initial values by tensor name; missing tensors are initialized randomly
   */
  static State initialState(NetworkDescription network, Heads heads, long seed, Weights start) {
    List<TensorSpec> specs = ShapeInference.tensors(network, heads);
    Weights random = Weights.initial(specs, seed);
    Weights initial =
        new Weights(
            specs.stream()
                .map(
                    spec -> {
                      Weights source = start.has(spec.name()) ? start : random;
                      return new Tensor(
                          spec.name(), spec.shape(), source.values(spec.name()).clone());
                    })
                .toList());
    Weights zero =
        new Weights(
            specs.stream()
                .filter(spec -> spec.role().trained())
                .map(spec -> new Tensor(spec.name(), spec.shape(), new float[spec.size()]))
                .toList());
    return new State(initial, initial, zero, zero, 0);
  }

  /**
   * DJL assumes that a program loaded for training is in training mode, but its batch norms are
   * not: only a mode change reaches them. This forward pass in evaluation mode makes the first
   * training step such a change.
   */
  private void enterTrainingMode() {
    try (NDManager scope = manager.newSubManager()) {
      block.forward(parameters, new NDList(scope.zeros(new Shape(2, 3, 64, 64))), false);
    }
  }

  /**
   * Trains on one batch.
   *
   * @return the loss before the step
   */
  float step(Batch batch, double learningRate, double weightDecay, double averageDecay) {
    float loss;
    try (NDManager scope = manager.newSubManager()) {
      Shape shape = new Shape(batch.count(), batch.size().height(), batch.size().width(), 3);
      NDArray photos = scope.create(batch.photos(), shape).transpose(0, 3, 1, 2);
      NDArray targets = scope.create(batch.targets(), new Shape(batch.count(), heads.logits()));
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray logits = block.forward(parameters, new NDList(photos), true).head();
        NDArray value = loss(logits, targets);
        collector.backward(value);
        loss = value.getFloat();
      }
      steps++;
      update(learningRate, weightDecay);
      average(scope, Math.min(averageDecay, (1.0 + steps) / (10.0 + steps)));
    }
    return loss;
  }

  private NDArray loss(NDArray logits, NDArray targets) {
    NDArray loss = crossEntropy(logits, targets, 0, heads.brands());
    if (heads.models() > 0) {
      loss = loss.add(crossEntropy(logits, targets, heads.brands(), heads.carIndex()));
    }
    NDArray car = logits.get(new NDIndex(":, " + heads.carIndex()));
    NDArray isCar = targets.get(new NDIndex(":, " + heads.carIndex()));
    // Binary cross-entropy with logits, in the numerically stable form.
    NDArray softplus = car.abs().neg().exp().add(1).log();
    return loss.add(car.maximum(0).sub(car.mul(isCar)).add(softplus).mean());
  }

  private static NDArray crossEntropy(NDArray logits, NDArray targets, int from, int to) {
    NDIndex columns = new NDIndex(":, " + from + ":" + to);
    NDArray likelihood = logits.get(columns).logSoftmax(1).mul(targets.get(columns));
    return likelihood.sum(new int[] {1}).mean().neg();
  }

  private void update(double learningRate, double weightDecay) {
    double corrected =
        learningRate * Math.sqrt(1 - Math.pow(BETA2, steps)) / (1 - Math.pow(BETA1, steps));
    for (Trained tensor : trained) {
      try (NDArray gradient = tensor.values().getGradient()) {
        boolean decays = tensor.spec().role() == TensorSpec.Role.WEIGHT;
        tensor
            .values()
            .getNDArrayInternal()
            .adamUpdate(
                new NDList(tensor.values(), gradient, tensor.mean(), tensor.square()),
                new NDList(tensor.values()),
                (float) learningRate,
                (float) corrected,
                decays ? (float) weightDecay : 0,
                1,
                -1,
                BETA1,
                BETA2,
                EPSILON,
                true,
                true);
      }
    }
  }

  private void average(NDManager scope, double decay) {
    for (Trained tensor : trained) {
      try (NDArray values = tensor.values().duplicate()) {
        values.attach(scope);
        tensor.average().muli(decay).addi(values.stopGradient().mul(1 - decay));
      }
    }
    NDArray statistics = statistics(scope);
    averageStatistics.muli(decay).addi(statistics.mul(1 - decay));
  }

  private NDArray statistics(NDManager scope) {
    NDArray method = scope.create("");
    method.setName("module_method:statistics");
    return block.forward(parameters, new NDList(method), true).head();
  }

  /** Returns everything needed to resume from here. */
  State state() {
    try (NDManager scope = manager.newSubManager()) {
      float[] statistics = statistics(scope).toFloatArray();
      return new State(
          weights(Trained::values, statistics),
          average(),
          weights(Trained::mean, null),
          weights(Trained::square, null),
          steps);
    }
  }

  /** Returns the current moving average of the weights. */
  Weights average() {
    return weights(Trained::average, averageStatistics.toFloatArray());
  }

  private Weights weights(
      java.util.function.Function<Trained, NDArray> part,
      float @org.jspecify.annotations.Nullable [] statistics) {
    List<Tensor> tensors = new ArrayList<>();
    for (Trained tensor : trained) {
      TensorSpec spec = tensor.spec();
      tensors.add(new Tensor(spec.name(), spec.shape(), part.apply(tensor).toFloatArray()));
    }
    if (statistics != null) {
      int at = 0;
      for (TensorSpec spec : specs) {
        if (!spec.role().trained()) {
          float[] values = Arrays.copyOfRange(statistics, at, at + spec.size());
          tensors.add(new Tensor(spec.name(), spec.shape(), values));
          at += spec.size();
        }
      }
    }
    return new Weights(tensors);
  }

  private float[] statistics(Weights weights) {
    List<TensorSpec> running = specs.stream().filter(spec -> !spec.role().trained()).toList();
    float[] all = new float[running.stream().mapToInt(TensorSpec::size).sum()];
    int at = 0;
    for (TensorSpec spec : running) {
      System.arraycopy(weights.values(spec.name()), 0, all, at, spec.size());
      at += spec.size();
    }
    return all;
  }

  private NDArray array(TensorSpec spec, Weights values) {
    return manager.create(
        values.values(spec.name()).clone(),
        new Shape(Arrays.stream(spec.shape()).asLongStream().toArray()));
  }

  @Override
  public void close() {
    manager.close();
    model.close();
  }
}
