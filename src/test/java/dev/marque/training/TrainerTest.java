package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.training.TrainingOptions.SizeFrom;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.IntegerConvolutions;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.Tensor;
import dev.marque.vision.network.TinyNetwork;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

  private static final Size SIZE = new Size(24, 32);

  @TempDir private Path folder;
  private Path photos = Path.of("");
  private final Recorder recorder = new Recorder();

  /** Records what a run reports. */
  private static class Recorder implements Progress {
    final List<String> unreadable = new ArrayList<>();
    final List<EpochResult> epochs = new ArrayList<>();

    @Override
    public void unreadable(List<String> photos) {
      unreadable.addAll(photos);
    }

    @Override
    public void started(int epoch, int epochs, int batchesPerEpoch, String summary) {}

    @Override
    public void step(int epoch, int batch, double loss, double photosPerSecond) {}

    @Override
    public void epoch(EpochResult result) {
      epochs.add(result);
    }
  }

  /** Simulates that a run is killed. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @BeforeEach
  void photos() throws Exception {
    photos = folder.resolve("photos");
    ColouredShapes.write(photos, 24);
  }

  private static TrainingOptions options(int epochs) {
    return options(epochs, 5e-3);
  }

  private static TrainingOptions options(int epochs, double learningRate) {
    return options(epochs, learningRate, 8);
  }

  private static TrainingOptions options(int epochs, double learningRate, int batch) {
    return options(epochs, learningRate, batch, SIZE);
  }

  private static TrainingOptions options(int epochs, double learningRate, int batch, Size size) {
    return new TrainingOptions(
        epochs,
        batch,
        learningRate,
        0.05,
        0.1,
        0.25,
        0.5,
        0.2,
        0.5,
        0.9,
        List.of(new SizeFrom(0, size)),
        7);
  }

  private Weights train(Path out, int epochs, Progress progress) throws Exception {
    return train(out, epochs, new Weights(List.of()), progress);
  }

  private Weights train(Path out, int epochs, Weights start, Progress progress) throws Exception {
    return trainer(out, epochs, start, null, progress).train();
  }

  private Trainer trainer(
      Path out, int epochs, Weights start, @Nullable Teacher teacher, Progress progress) {
    return trainer(out, options(epochs), start, teacher, progress);
  }

  private Trainer trainer(
      Path out,
      TrainingOptions options,
      Weights start,
      @Nullable Teacher teacher,
      Progress progress) {
    return new Trainer(
        options,
        TinyNetwork.DESCRIPTION,
        DataSet.open(photos),
        out,
        Precision.FLOAT32,
        start,
        teacher,
        progress);
  }

  @Test
  void a_run_that_starts_from_trained_weights_has_a_lower_initial_loss() throws Exception {
    Weights trained = train(folder.resolve("first"), 10, recorder);
    Recorder second = new Recorder();
    train(folder.resolve("second"), 1, trained, second);
    assertTrue(second.epochs.get(0).loss() < 0.9 * recorder.epochs.get(0).loss());
  }

  @Test
  void a_teacher_affects_the_first_epoch() throws Exception {
    DataSet data = DataSet.open(photos);
    Weights random = TinyNetwork.weights(data.labels().heads(), 3);
    LoadedModel model =
        ModelMaker.make("teacher-1", TinyNetwork.DESCRIPTION, random, data, SIZE, lines -> {});
    train(folder.resolve("alone"), 1, recorder);
    Recorder taught = new Recorder();
    try (Teacher teacher = new Teacher(List.of(model), data.labels(), 1, Precision.FLOAT32)) {
      trainer(folder.resolve("taught"), 1, new Weights(List.of()), teacher, taught).train();
    }
    double difference = recorder.epochs.get(0).loss() - taught.epochs.get(0).loss();
    assertTrue(Math.abs(difference) > 1e-3, "without the teacher, the runs would be the same");
  }

  @Test
  void a_small_network_learns_an_easy_task() throws Exception {
    Weights weights = train(folder.resolve("out"), 25, recorder);
    DataSet data = DataSet.open(photos);
    LoadedModel model =
        ModelMaker.make("test-1", TinyNetwork.DESCRIPTION, weights, data, SIZE, lines -> {});
    model.write(folder.resolve("model"));
    LoadedModel read = LoadedModel.read(folder.resolve("model"));
    assertTrue(top1(read, Precision.FLOAT32, data) > 0.9);
    double first = recorder.epochs.get(0).loss();
    assertTrue(recorder.epochs.get(24).loss() < 0.8 * first);
    IntegerConvolutions.assumeAvailableFor(Precision.INT8);
    assertTrue(top1(read, Precision.INT8, data) > 0.9, "with the measured ranges");
  }

  private static double top1(LoadedModel model, Precision precision, DataSet data) {
    try (Judge judge = new Judge(model, precision, lines -> {})) {
      return Figures.top(judge.judge(data.training()), 1);
    }
  }

  @Test
  void a_killed_run_resumes_with_the_same_result() throws Exception {
    Weights uninterrupted = train(folder.resolve("uninterrupted"), 3, recorder);
    Path resumed = folder.resolve("resumed");
    Recorder killer =
        new Recorder() {
          @Override
          public void epoch(EpochResult result) {
            if (result.epoch() == 2) {
              throw new Killed();
            }
          }
        };
    assertThrows(Killed.class, () -> train(resumed, 3, killer));
    Recorder rest = new Recorder();
    Weights interrupted = train(resumed, 3, rest);

    assertEquals(List.of(3), rest.epochs.stream().map(EpochResult::epoch).toList());
    for (Tensor tensor : uninterrupted.tensors()) {
      assertArrayEquals(tensor.values(), interrupted.values(tensor.name()), 2e-3f, tensor.name());
    }
    assertEquals(4, Files.readAllLines(resumed.resolve("log.csv")).size());
  }

  @Test
  void an_epoch_is_logged_before_its_checkpoint() throws Exception {
    Path out = Files.createDirectories(folder.resolve("out"));
    Path unwritable = Files.createDirectory(out.resolve("checkpoint.safetensors.unfinished"));
    assertThrows(IOException.class, () -> train(out, 1, recorder));
    assertEquals(2, Files.readAllLines(out.resolve("log.csv")).size());
    Files.delete(unwritable);
    train(out, 1, recorder);
    assertEquals(2, Files.readAllLines(out.resolve("log.csv")).size(), "without duplicate rows");
  }

  @Test
  void only_complete_rows_of_completed_epochs_stay_in_the_log() throws Exception {
    List<String> rows = new ArrayList<>(List.of(EpochResult.HEADER));
    for (int epoch = 1; epoch <= 3; epoch++) {
      rows.add(row(epoch).row());
    }
    String torn = "\n2,192x2\n\n2,192x23,24x32,0.1,1,,1,1\n" + row(4).row();
    Path log = Files.writeString(folder.resolve("log.csv"), String.join("\n", rows) + torn);
    new TrainingLog(folder, 2).add(row(3));
    assertEquals(rows, Files.readAllLines(log));
    Files.writeString(log, rows.get(0) + "\n" + rows.get(1) + "\n" + rows.get(2));
    new TrainingLog(folder, 2).add(row(3));
    assertEquals(List.of(rows.get(0), rows.get(1), rows.get(3)), Files.readAllLines(log));
  }

  private static EpochResult row(int epoch) {
    return new EpochResult(epoch, "24x32", 0.001, 1.5, OptionalDouble.empty(), 10, 20);
  }

  @Test
  void a_diverging_run_fails_and_keeps_the_last_checkpoint() throws Exception {
    Path out = folder.resolve("out");
    train(out, 1, recorder);
    Trainer tooFast = trainer(out, options(4, 1e30), new Weights(List.of()), null, recorder);
    DivergenceException e = assertThrows(DivergenceException.class, tooFast::train);
    assertTrue(String.valueOf(e.getMessage()).contains("checkpoint of epoch 1"), e.getMessage());
    assertEquals(1, Checkpoint.read(out).orElseThrow().epoch());
    assertTrue(train(out, 2, recorder).areFinite());
    assertEquals(3, Files.readAllLines(out.resolve("log.csv")).size());
  }

  @Test
  void a_run_with_other_photos_is_not_resumed() throws Exception {
    train(folder.resolve("out"), 1, recorder);
    Files.delete(photos.resolve("Circle/00.jpg"));
    DataSetException e =
        assertThrows(DataSetException.class, () -> train(folder.resolve("out"), 2, recorder));
    assertTrue(String.valueOf(e.getMessage()).contains("other photos"), e.getMessage());
  }

  @Test
  void a_run_in_another_order_is_not_resumed_unless_its_order_is_unknown() throws Exception {
    Path out = folder.resolve("out");
    train(out, 1, recorder);
    Trainer other = trainer(out, options(2, 5e-3, 4), new Weights(List.of()), null, recorder);
    DataSetException e = assertThrows(DataSetException.class, other::train);
    assertTrue(String.valueOf(e.getMessage()).contains("--seed 7 --batch 8"), e.getMessage());
    Checkpoint last = Checkpoint.read(out).orElseThrow();
    new Checkpoint(last.epoch(), last.data(), null, last.state()).write(out);
    train(out, 2, recorder);
    assertEquals(2, Checkpoint.read(out).orElseThrow().epoch());
  }

  @Test
  void an_unreadable_photo_is_reported_with_the_reason_and_skipped() throws Exception {
    Files.writeString(photos.resolve("Square/bad.jpg"), "I am a photo");
    train(folder.resolve("out"), 1, recorder);
    assertEquals(List.of("Square/bad.jpg: it is not an image file"), recorder.unreadable);
  }

  @Test
  void photos_that_do_not_fit_into_memory_beside_the_batches_are_rejected() throws Exception {
    ColouredShapes.write(photos, 40);
    TrainingOptions options = options(1, 5e-3, 64, new Size(20_000, 30_000));
    Trainer tooLarge =
        trainer(folder.resolve("out"), options, new Weights(List.of()), null, recorder);
    DataSetException e = assertThrows(DataSetException.class, tooLarge::train);
    assertTrue(String.valueOf(e.getMessage()).contains("only 0 MB are left"), e.getMessage());
  }

  @Test
  void an_error_while_preparing_a_batch_is_thrown_unchanged() {
    Example photo = new Example("photo", new Pixels(1, 1, new byte[3]), 0, Example.NONE, true);
    // An array for a batch of two would be longer than the JVM allows.
    TrainingOptions options = options(1, 5e-3, 2, new Size(231, 1_549_411));
    BatchMaker maker =
        new BatchMaker(
            List.of(photo, photo),
            new Heads(2, 0),
            options,
            new Augmentation(Normalization.IMAGENET, 0.5));
    try (BatchLoader loader = new BatchLoader(maker, 1)) {
      loader.startEpoch(0);
      assertThrows(OutOfMemoryError.class, loader::take);
    }
  }

  @Test
  void a_brand_without_readable_photos_is_rejected_by_name() throws Exception {
    Files.writeString(
        Files.createDirectory(photos.resolve("Triangle")).resolve("bad.jpg"), "I am a photo");
    DataSetException e =
        assertThrows(DataSetException.class, () -> train(folder.resolve("out"), 1, recorder));
    assertTrue(String.valueOf(e.getMessage()).contains("of Triangle can be read"), e.getMessage());
  }

  @Test
  void the_serving_program_equals_the_training_program() throws Exception {
    Path out = folder.resolve("out");
    train(out, 2, recorder);
    Checkpoint checkpoint = Checkpoint.read(out).orElseThrow();
    DataSet data = DataSet.open(photos);
    List<Example> examples =
        PhotoSet.read(data.training(), data.labels(), PhotoSet.TO_TRAIN_ON).examples();
    Weights weights = checkpoint.state().weights();
    List<float[]> inputs = TrainingProgramProbe.inputs(examples, SIZE);
    float[][] training =
        TrainingProgramProbe.logits(
            TinyNetwork.DESCRIPTION, data.labels().heads(), weights, inputs, SIZE);
    try (ServingProgram serving =
        ServingProgram.load(
            TinyNetwork.DESCRIPTION, data.labels().heads(), weights, Precision.FLOAT32)) {
      List<ServingProgram.Output> outputs = serving.run(inputs, SIZE, 1);
      for (int i = 0; i < examples.size(); i++) {
        assertArrayEquals(training[i], outputs.get(i).logits(), 1e-4f);
      }
    }
  }

  @Test
  void batches_depend_only_on_the_seed_and_their_number() {
    DataSet data = DataSet.open(photos);
    List<Example> examples =
        PhotoSet.read(data.training(), data.labels(), PhotoSet.TO_TRAIN_ON).examples();
    BatchMaker first = maker(examples, data);
    BatchMaker second = maker(examples, data);
    int[] order = first.order(5);
    assertArrayEquals(order, second.order(5));
    Batch batch = first.make(5, 2, order);
    first.make(5, 1, order);
    assertArrayEquals(batch.photos(), second.make(5, 2, order).photos());
    assertArrayEquals(batch.targets(), second.make(5, 2, order).targets());
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      assertEquals(i, sorted[i], "each photo once per epoch");
    }
    for (int i = 0; i < batch.count(); i++) {
      float sum = 0;
      for (int b = 0; b < 2; b++) {
        sum += batch.targets()[i * data.labels().heads().logits() + b];
      }
      assertEquals(1, sum, 1e-5, "the brands' targets add up to 1");
    }
  }

  private static BatchMaker maker(List<Example> examples, DataSet data) {
    Augmentation augmentation = new Augmentation(Normalization.IMAGENET, 0.5);
    return new BatchMaker(examples, data.labels().heads(), options(10), augmentation);
  }
}
