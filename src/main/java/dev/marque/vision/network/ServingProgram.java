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
 * The serving program, loaded. Any number of threads may {@link #run} it at a time: a pass on one
 * core each takes less of a processor than passes that spread over all of it, one after the other.
 */
public final class ServingProgram implements AutoCloseable {

  /** Each thread's batch, outside the heap, where the network reads it without a copy. */
  private static final ThreadLocal<@Nullable ByteBuffer> BATCHES = new ThreadLocal<>();

  private final Model model;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore parameters;

  /**
   * What the network says of one photo.
   *
   * @param logits of brands, models and car or not, as {@link Heads} tells
   * @param maps class activation maps, {@code float[brand * rows * columns + row * columns +
   *     column]}; behind the last brand's is the one of car or not
   * @param rows of a map
   * @param columns of a map
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
   * @throws InvalidModelException if the weights are not this network's
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
      throw new InvalidModelException("PyTorch refused the serving program", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the serving program", e);
    }
  }

  /**
   * Runs the network once.
   *
   * @param photos each {@code float[height][width][3]} in one array, normalised; at least one
   * @param cores over how many the pass spreads
   * @return one output a photo, in order
   */
  public List<Output> run(List<float[]> photos, Size size, int cores) {
    PyTorch.spreadOver(cores);
    int count = photos.size();
    // Intermediate arrays belong to the input's manager: with one a call, they go when it ends.
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
