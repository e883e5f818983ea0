package dev.marque.training;

import dev.marque.training.TrainingOptions.SizeFrom;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code marque train}: fits a network to labelled photos. */
@Command(
    name = "train",
    description = {
      "Trains a network from scratch on labelled photos.",
      "",
      "The photos are DIR/<brand>/*.jpg, or lists as described in the README: DIR/train.csv and"
          + " DIR/val.csv with the columns path,brand,model,year.",
      "",
      "A checkpoint is written after each epoch. After an interruption, the same command resumes"
          + " from the last one; --epochs may then change, --seed and --batch may not. When all"
          + " epochs are complete, the model's three files are written to the output folder. The"
          + " model card of a previous model there is deleted, and its card.md is renamed to"
          + " card.md.old. Try the model with classify --model OUT photo.jpg.",
    })
public final class TrainCommand implements Callable<Integer> {

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "The photos.")
  private Path data = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Output folder for the checkpoint, log.csv and the model.")
  private Path out = Path.of("");

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description =
          "The network's description (default: that of --start-from, otherwise that of the model in"
              + " marque.model-dir).")
  private @Nullable Path network;

  @Option(
      names = "--name",
      description = "Name and version of the model (default: ${DEFAULT-VALUE}).",
      defaultValue = "marque-1")
  private String name = "marque-1";

  @Option(
      names = "--epochs",
      description = "Passes over the photos (default: ${DEFAULT-VALUE}).",
      defaultValue = "150")
  private int epochs;

  @Option(
      names = "--batch",
      description = "Photos per step (default: ${DEFAULT-VALUE}).",
      defaultValue = "64")
  private int batch;

  @Option(
      names = "--learning-rate",
      description = "Peak learning rate (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.002")
  private double learningRate;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "FROM:HxW",
      converter = SizeFromConverter.class,
      description =
          "Input sizes, each with the training progress from which it is used (default:"
              + " ${DEFAULT-VALUE}). Starting with small sizes saves time.",
      defaultValue = "0:96x128,0.3:128x160,0.6:160x208,0.9:192x256")
  private List<SizeFrom> sizes = List.of();

  @Option(
      names = "--serve-at",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description =
          "Input size of the finished model (default: ${DEFAULT-VALUE}). A larger size than in"
              + " training can be more accurate.",
      defaultValue = "192x256")
  private Size serveAt = new Size(192, 256);

  @Option(
      names = "--mixed",
      description = "Share of batches that mix photos (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.5")
  private double mixed;

  @Option(
      names = "--smallest-crop",
      description = "Minimum share of a photo's area in a crop (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.25")
  private double smallestCrop;

  @Option(
      names = "--scenes",
      description =
          "Share of car photos that are pasted into a photo without a car, as a scene (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0.1")
  private double scenes;

  @Option(
      names = "--precision",
      converter = FloatingPointConverter.class,
      description =
          "float32, or bfloat16 on processors with instructions for it (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "float32")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--seed",
      description =
          "Random seed; the same seed gives the same batches (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--start-from",
      paramLabel = "DIR",
      description =
          "Start from the weights of this model instead of random ones, unless there is a"
              + " checkpoint; with fewer epochs and a lower learning rate, this fine-tunes it on"
              + " new photos or new brands. A --network with additional residual blocks between"
              + " the model's layers makes it deeper.")
  private @Nullable Path startFrom;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "Distill this model: also learn from its predictions for each cropped and mixed photo."
              + " Given several times, the models' predictions are averaged. Each must have the"
              + " same brands and models as the photos, and adds a forward pass to each step; its"
              + " network may be another one.")
  private List<Path> teachers = List.of();

  @Option(
      names = "--taught",
      description =
          "Weight of the teachers' mean prediction in the targets, if there is a teacher (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0.5")
  private double taught;

  @Spec private @Nullable CommandSpec spec;

  private final Supplier<Path> defaultModel;

  /**
   * Creates the command.
   *
   * @param defaultModel folder of the model whose network is trained by default
   */
  public TrainCommand(Supplier<Path> defaultModel) {
    this.defaultModel = defaultModel;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    TrainingOptions options = options();
    Optional<LoadedModel> start = Optional.ofNullable(startFrom).map(LoadedModel::read);
    NetworkDescription description =
        Optional.ofNullable(network)
            .map(NetworkDescription::read)
            .or(() -> start.map(LoadedModel::network))
            .orElseGet(() -> NetworkDescription.read(defaultModel.get().resolve("network.json")));
    DataSet photos = DataSet.open(data);
    try (TerminalProgress progress = new TerminalProgress();
        @Nullable Teacher teacher = teacher(photos, options.teacherShare())) {
      List<String> unvalidated = photos.brandsWithoutValidation();
      if (!unvalidated.isEmpty()) {
        progress.print(
            "No validation photos, so the accuracy is unknown for: "
                + String.join(", ", unvalidated));
      }
      Weights weights =
          new Trainer(
                  options,
                  description,
                  photos,
                  out,
                  precision,
                  start
                      .map(model -> reusable(model, description, photos))
                      .orElse(new Weights(List.of())),
                  teacher,
                  progress)
              .train();
      progress.print("Calibrating on %d photos".formatted(photos.validation().size()));
      LoadedModel model =
          ModelMaker.make(name, description, weights, photos, serveAt, progress::unreadable);
      ModelCard.delete(out);
      ModelCard.keepOldWords(out)
          .ifPresent(old -> progress.print("The text of the previous model's card is now " + old));
      model.write(out);
      progress.print(
          String.format(
              Locale.ROOT,
              "The model is in %s; evaluate it with: evaluate --data %s --model %s",
              out,
              data,
              out));
    }
    return 0;
  }

  private TrainingOptions options() {
    try {
      return new TrainingOptions(
          epochs,
          batch,
          learningRate,
          TrainingOptions.WEIGHT_DECAY,
          TrainingOptions.LABEL_SMOOTHING,
          mixed,
          smallestCrop,
          scenes,
          taught,
          TrainingOptions.AVERAGE_DECAY,
          sizes,
          seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(Objects.requireNonNull(spec).commandLine(), e.getMessage(), e);
    }
  }

  private @Nullable Teacher teacher(DataSet photos, double share) {
    if (teachers.isEmpty()) {
      return null;
    }
    List<LoadedModel> models = teachers.stream().map(LoadedModel::read).toList();
    return new Teacher(models, photos.labels(), share, precision);
  }

  /** Returns the weights to start from; without the heads if the model has other labels. */
  private static Weights reusable(
      LoadedModel model, NetworkDescription description, DataSet photos) {
    boolean sameLabels = model.description().labels().equals(photos.labels());
    Weights grown = Growth.grow(model.network(), description, model.weights());
    return new Weights(
        grown.tensors().stream()
            .filter(tensor -> sameLabels || !tensor.name().startsWith("heads."))
            .toList());
  }

  /** Parses {@code 144x184}. */
  static final class SizeConverter implements ITypeConverter<Size> {
    @Override
    public Size convert(String text) {
      return Size.parse(text);
    }
  }

  /** Parses {@code 0.6:144x184}. */
  static final class SizeFromConverter implements ITypeConverter<SizeFrom> {
    @Override
    public SizeFrom convert(String text) {
      return SizeFrom.parse(text);
    }
  }
}
