package dev.marque.vision.network;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
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
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A TorchScript program for inference, loaded into PyTorch. Thread-safe. */
final class LoadedProgram implements AutoCloseable {

  /** Off-heap input buffer per thread, which the network reads without a copy. */
  private static final ThreadLocal<@Nullable ByteBuffer> BATCHES = new ThreadLocal<>();

  private final Model model;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore parameters;

  /** Writes the archive of a program. */
  interface Writer {
    void write(Path file) throws IOException;
  }

  private LoadedProgram(Model model) {
    this.model = model;
    this.manager = model.getNDManager().newSubManager();
    this.block = model.getBlock();
    this.parameters = new ParameterStore(manager, false);
  }

  /**
   * Loads a program by way of a temporary file.
   *
   * @throws InvalidModelException if PyTorch rejects the program
   */
  static LoadedProgram load(Writer writer) {
    PyTorch.prepare();
    try {
      Path folder = Files.createTempDirectory("marque-serving");
      Path file = folder.resolve("serving.pt");
      try {
        writer.write(file);
        return new LoadedProgram(load(folder));
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the serving program", e);
    }
  }

  private static Model load(Path folder) throws IOException {
    Model model = Model.newInstance("serving", "PyTorch");
    try {
      model.load(folder, "serving");
      return model;
    } catch (MalformedModelException | EngineException e) {
      model.close();
      throw new InvalidModelException("PyTorch rejected the serving program", e);
    }
  }

  /**
   * Runs one forward pass.
   *
   * @param photos at least one photo, each {@code float[height][width][3]} in one array, normalised
   * @param cores number of threads for the pass
   * @param reader reads the result, which is freed afterwards
   */
  <T> T run(List<float[]> photos, Size size, int cores, Function<NDList, T> reader) {
    PyTorch.setThreads(cores);
    // Intermediate arrays belong to the input's manager, so one per call frees them at its end.
    try (NDManager scope = manager.newSubManager()) {
      Shape shape = new Shape(photos.size(), size.height(), size.width(), 3);
      NDArray input =
          scope.create(batch(photos, size), shape, DataType.FLOAT32).transpose(0, 3, 1, 2);
      return reader.apply(block.forward(parameters, new NDList(input), false));
    }
  }

  /**
   * Calls another method of the program, which has no parameters.
   *
   * @throws InvalidModelException if it fails
   */
  void call(String method) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray name = scope.create("");
      name.setName("module_method:" + method);
      block.forward(parameters, new NDList(name), false);
    } catch (EngineException e) {
      throw new InvalidModelException("PyTorch cannot run " + method, e);
    }
  }

  private static ByteBuffer batch(List<float[]> photos, Size size) {
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
