package dev.marque.vision.network;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loaded serving program. Thread-safe. Parallel passes on one core each use less processor time
 * than sequential passes on all cores.
 */
public final class ServingProgram implements AutoCloseable {

  /** Off-heap input buffer per thread, which the network reads without a copy. */
  private static final ThreadLocal<@Nullable ByteBuffer> BATCHES = new ThreadLocal<>();

  private final Model model;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore parameters;

  /**
   * The network's output for one photo.
   *
   * @param logits logits of brands, models and car or not, in the order of {@link Heads}
   * @param maps class activation maps, {@code float[brand * rows * columns + row * columns +
   *     column]}; the map of car or not follows those of the brands
   * @param rows rows of a map
   * @param columns columns of a map
   */
  public record Output(float[] logits, float[] maps, int rows, int columns) {}

  private ServingProgram(Model model) {
    this.model = model;
    this.manager = model.getNDManager().newSubManager();
    this.block = model.getBlock();
    this.parameters = new ParameterStore(manager, false);
  }

  /**
   * Writes the program for these weights and loads it.
   *
   * @throws InvalidModelException if the weights do not match the network
   */
  public static ServingProgram load(
      NetworkDescription network, Heads heads, Weights weights, Precision precision) {
    PyTorch.prepare();
    try {
      Path folder = Files.createTempDirectory("marque-serving");
      Path file = folder.resolve("serving.pt");
      Model model = Model.newInstance("serving", "PyTorch");
      try {
        TorchScriptProgram.serving(network, heads, weights, precision, file);
        model.load(folder, "serving");
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
      return new ServingProgram(model);
    } catch (MalformedModelException e) {
      throw new InvalidModelException("PyTorch rejected the serving program", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the serving program", e);
    }
  }

  /**
   * Runs one forward pass.
   *
   * @param photos at least one photo, each {@code float[height][width][3]} in one array, normalised
   * @param cores number of threads for the pass
   * @return one output per photo, in the same order
   */
  public List<Output> run(List<float[]> photos, Size size, int cores) {
    PyTorch.setThreads(cores);
    int count = photos.size();
    // Intermediate arrays belong to the input's manager, so one per call frees them at its end.
    try (NDManager scope = manager.newSubManager()) {
      Shape shape = new Shape(count, size.height(), size.width(), 3);
      NDArray input =
          scope.create(batch(photos, size), shape, DataType.FLOAT32).transpose(0, 3, 1, 2);
      NDList answer = block.forward(parameters, new NDList(input), false);
      NDArray logits = answer.get(0);
      NDArray maps = answer.get(1);
      float[] logitValues = logits.toFloatArray();
      float[] mapValues = maps.toFloatArray();
      int logitsEach = logitValues.length / count;
      int mapsEach = mapValues.length / count;
      List<Output> outputs = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        outputs.add(
            new Output(
                java.util.Arrays.copyOfRange(logitValues, i * logitsEach, (i + 1) * logitsEach),
                java.util.Arrays.copyOfRange(mapValues, i * mapsEach, (i + 1) * mapsEach),
                (int) maps.getShape().get(2),
                (int) maps.getShape().get(3)));
      }
      return outputs;
    }
  }

  private ByteBuffer batch(List<float[]> photos, Size size) {
    int bytes = photos.size() * size.values() * Float.BYTES;
    ByteBuffer batch = BATCHES.get();
    if (batch == null || batch.capacity() < bytes) {
      batch = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      BATCHES.set(batch);
    }
    batch.clear().limit(bytes);
    FloatBuffer values = batch.asFloatBuffer();
    photos.forEach(values::put);
    return batch;
  }

  @Override
  public void close() {
    manager.close();
    model.close();
  }
}
