package dev.marque.training;

import ai.djl.engine.Engine;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.ShapeInference;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network from scratch, or resumes a run in the same folder. A checkpoint is written after
 * each epoch, so that an interruption loses at most the current epoch.
 */
public final class Trainer {

  /** Number of epochs between validations of the moving average. */
  private static final int VALIDATE_EVERY = 5;

  private final TrainingOptions options;
  private final NetworkDescription network;
  private final DataSet data;
  private final Path folder;
  private final Precision precision;
  private final Weights start;
  private final @Nullable Teacher teacher;
  private final Progress progress;

  /**
   * @param folder output folder for checkpoint and log
   * @param start initial weights if there is no checkpoint; missing tensors are initialized
   *     randomly
   * @param teacher teacher for distillation, or {@code null}; closed by the caller
   */
  public Trainer(
      TrainingOptions options,
      NetworkDescription network,
      DataSet data,
      Path folder,
      Precision precision,
      Weights start,
      @Nullable Teacher teacher,
      Progress progress) {
    this.options = options;
    this.network = network;
    this.data = data;
    this.folder = folder;
    this.precision = precision;
    this.start = start;
    this.teacher = teacher;
    this.progress = progress;
  }

  /**
   * Runs the training until all epochs are complete.
   *
   * @return the moving average of the weights
   * @throws DataSetException if the run in the folder used other photos or another order
   * @throws DivergenceException if the loss or the weights are no longer finite; the last
   *     checkpoint is kept
   */
  public Weights train() throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Heads heads = data.labels().heads();
    Optional<Checkpoint> last = Checkpoint.read(folder);
    String fingerprint = data.fingerprint();
    if (last.isPresent()) {
      check(last.get(), fingerprint);
      last.get().state().weights().check(ShapeInference.tensors(network, heads));
    }
    long memory = Runtime.getRuntime().maxMemory() - BatchLoader.memory(options);
    PhotoSet training =
        read(
            Stream.of(data.training(), data.otherMakes(), data.notACar())
                .flatMap(List::stream)
                .toList(),
            memory);
    List<Example> examples = training.examples();
    requireEveryBrandIn(examples);
    List<Example> validation = read(data.validation(), memory - training.bytes()).examples();
    BatchMaker maker =
        new BatchMaker(
            examples,
            heads,
            options,
            new Augmentation(Normalization.IMAGENET, options.smallestCrop()));
    int done = last.map(Checkpoint::epoch).orElse(0);
    TrainingLog log = new TrainingLog(folder, done);
    TrainingProgram.State state =
        last.map(Checkpoint::state)
            .orElseGet(() -> TrainingProgram.initialState(network, heads, options.seed(), start));
    try (BatchLoader loader = new BatchLoader(maker, loaderThreads());
        ExitBetweenSteps exit = new ExitBetweenSteps();
        TrainingProgram program = new TrainingProgram(network, heads, precision, state)) {
      progress.started(done, options.epochs(), maker.batches(), summary(examples, validation));
      for (int epoch = done; epoch < options.epochs(); epoch++) {
        EpochResult result = epoch(epoch, maker, loader, program, exit, validation);
        TrainingProgram.State reached = program.state();
        if (!reached.isFinite()) {
          throw diverged(epoch, "the weights are not finite");
        }
        // Before the checkpoint: an interruption in between leaves an extra row, which is dropped.
        log.add(result);
        new Checkpoint(epoch + 1, fingerprint, options.order(), reached).write(folder);
        progress.epoch(result);
      }
      return program.average();
    }
  }

  private void check(Checkpoint last, String fingerprint) {
    if (!last.data().equals(fingerprint)) {
      throw new DataSetException(
          "the run in %s used other photos; choose another --out or remove it".formatted(folder));
    }
    if (last.order() != null && !last.order().equals(options.order())) {
      throw new DataSetException(
          "the run in %s was started with %s; use these options, or choose another --out"
              .formatted(folder, last.order()));
    }
  }

  private EpochResult epoch(
      int epoch,
      BatchMaker maker,
      BatchLoader loader,
      TrainingProgram program,
      ExitBetweenSteps exit,
      List<Example> validation)
      throws InterruptedException {
    long startTime = System.nanoTime();
    LearningRate schedule = new LearningRate(options.learningRate());
    double losses = 0;
    double rate = 0;
    double seconds = 0;
    loader.startEpoch(epoch);
    // Dropout uses the engine's generator: reseeded, so that a resumed run drops the same features.
    Engine.getInstance().setRandomSeed((int) (options.seed() * 31 + epoch));
    for (int batch = 0; batch < maker.batches(); batch++) {
      double done = (epoch + (double) batch / maker.batches()) / options.epochs();
      rate = schedule.at(done);
      Batch examples = taught(loader.take());
      double stepRate = rate;
      float loss =
          exit.run(
              () ->
                  program.step(examples, stepRate, options.weightDecay(), options.averageDecay()));
      if (!Float.isFinite(loss)) {
        throw diverged(epoch, "the loss is not finite");
      }
      losses += loss;
      seconds = (System.nanoTime() - startTime) / 1e9;
      progress.step(epoch, batch, losses / (batch + 1), (batch + 1) * options.batch() / seconds);
    }
    Size size = options.sizeAt((epoch + 0.999) / options.epochs());
    boolean judged =
        !validation.isEmpty()
            && ((epoch + 1) % VALIDATE_EVERY == 0 || epoch + 1 == options.epochs());
    return new EpochResult(
        epoch + 1,
        size.toString(),
        rate,
        losses / maker.batches(),
        judged
            ? OptionalDouble.of(accuracy(program.average(), validation, size))
            : OptionalDouble.empty(),
        seconds,
        maker.batches() * options.batch() / seconds);
  }

  private DivergenceException diverged(int epoch, String what) {
    return new DivergenceException(
        "training diverged in epoch %d: %s; %s with a lower --learning-rate%s"
            .formatted(
                epoch + 1,
                what,
                epoch == 0 ? "restart" : "resume from the checkpoint of epoch %d".formatted(epoch),
                precision == Precision.FLOAT32 ? "" : " or --precision float32"));
  }

  private Batch taught(Batch batch) {
    return teacher == null ? batch : teacher.teach(batch);
  }

  private double accuracy(Weights weights, List<Example> validation, Size size) {
    try (ServingProgram serving =
        ServingProgram.load(network, data.labels().heads(), weights, precision)) {
      return Validation.accuracy(
          Validation.scores(serving, validation, data.labels(), size, Normalization.IMAGENET),
          validation);
    }
  }

  private PhotoSet read(List<LabelledPhoto> photos, long memory) {
    PhotoSet set = PhotoSet.read(photos, data.labels(), PhotoSet.TO_TRAIN_ON, memory);
    if (!set.unreadable().isEmpty()) {
      progress.unreadable(set.unreadable());
    }
    return set;
  }

  private void requireEveryBrandIn(List<Example> examples) {
    Set<Integer> readable = examples.stream().map(Example::brand).collect(Collectors.toSet());
    List<String> brands = data.labels().brands();
    String missing =
        IntStream.range(0, brands.size())
            .filter(brand -> !readable.contains(brand))
            .mapToObj(brands::get)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new DataSetException(
          "none of the photos of %s can be read; replace them or remove the brand"
              .formatted(missing));
    }
  }

  private String summary(List<Example> examples, List<Example> validation) {
    long parameters =
        ShapeInference.tensors(network, data.labels().heads()).stream()
            .filter(spec -> spec.role().trained())
            .mapToLong(spec -> spec.size())
            .sum();
    return "%d training photos, %d validation photos, %d brands, %d models, %d parameters, %s"
        .formatted(
            examples.size(),
            validation.size(),
            data.labels().brands().size(),
            data.labels().models().size(),
            parameters,
            precision);
  }

  private static int loaderThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
