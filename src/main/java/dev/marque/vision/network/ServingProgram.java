package dev.marque.vision.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The loaded serving program. Thread-safe. Parallel passes on one core each use less processor time
 * than sequential passes on all cores.
 */
public final class ServingProgram implements AutoCloseable {

  private final LoadedProgram program;

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

  private ServingProgram(LoadedProgram program) {
    this.program = program;
  }

  /**
   * Writes the program for these weights and loads it.
   *
   * @param precision not {@link Precision#INT8}, for which there is {@link #loadQuantized}
   * @throws InvalidModelException if the weights do not match the network
   */
  public static ServingProgram load(
      NetworkDescription network, Heads heads, Weights weights, Precision precision) {
    return new ServingProgram(
        LoadedProgram.load(
            file -> TorchScriptProgram.serving(network, heads, weights, precision, file)));
  }

  /**
   * Writes the program with convolutions in {@link Precision#INT8} and loads it.
   *
   * @param normalization normalization of the photos
   * @param size size of the photos; other sizes take longer
   * @throws InvalidModelException if the weights or ranges do not match the network, or if PyTorch
   *     has no integer convolutions for this processor
   */
  public static ServingProgram loadQuantized(
      NetworkDescription network,
      Heads heads,
      Weights weights,
      Normalization normalization,
      ActivationRanges ranges,
      Size size) {
    LoadedProgram program =
        LoadedProgram.load(
            file ->
                QuantizedProgram.write(network, heads, weights, normalization, ranges, size, file));
    try {
      program.call(QuantizedProgram.PACK);
    } catch (InvalidModelException e) {
      program.close();
      throw e;
    }
    return new ServingProgram(program);
  }

  /**
   * Runs one forward pass.
   *
   * @param photos at least one photo, each {@code float[height][width][3]} in one array, normalised
   * @param cores number of threads for the pass
   * @return one output per photo, in the same order
   */
  public List<Output> run(List<float[]> photos, Size size, int cores) {
    return program.run(photos, size, cores, answer -> outputs(answer, photos.size()));
  }

  private static List<Output> outputs(NDList answer, int count) {
    NDArray maps = answer.get(1);
    float[] logitValues = answer.get(0).toFloatArray();
    float[] mapValues = maps.toFloatArray();
    int logitsEach = logitValues.length / count;
    int mapsEach = mapValues.length / count;
    List<Output> outputs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      outputs.add(
          new Output(
              Arrays.copyOfRange(logitValues, i * logitsEach, (i + 1) * logitsEach),
              Arrays.copyOfRange(mapValues, i * mapsEach, (i + 1) * mapsEach),
              (int) maps.getShape().get(2),
              (int) maps.getShape().get(3)));
    }
    return outputs;
  }

  @Override
  public void close() {
    program.close();
  }
}
