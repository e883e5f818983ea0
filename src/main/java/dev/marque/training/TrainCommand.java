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
      "Trains a network from nothing on labelled photos.",
      "",
      "The photos are DIR/<brand>/*.jpg, or lists as in the README: DIR/train.csv and DIR/val.csv"
          + " with the columns path,brand,model,year.",
      "",
      "A checkpoint is written after each epoch. The same command goes on from the last one after a"
          + " stop or a kill; --epochs may then be another number, --seed and --batch may not. When"
          + " all epochs are done, the model's three files are in the output folder, and a card that"
          + " evaluate wrote there of a model before is deleted. Try the model with classify --model"
          + " OUT photo.jpg.",
    })
public final class TrainCommand implements Callable<Integer> {

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "The photos.")
  private Path data = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where checkpoint, log.csv and the model go.")
  private Path out = Path.of("");

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description =
          "The network's description (default: that of --start-from, else of the model in"
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
      description = "Photos a step (default: ${DEFAULT-VALUE}).",
      defaultValue = "64")
  private int batch;

  @Option(
      names = "--learning-rate",
      description = "The highest learning rate (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.002")
  private double learningRate;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "FROM:HxW",
      converter = SizeFromConverter.class,
      description =
          "Input sizes, each from a share of the training on (default: ${DEFAULT-VALUE}). Small"
              + " first and large at the end costs less than large all the time.",
      defaultValue = "0:96x128,0.3:128x160,0.6:160x208,0.9:192x256")
  private List<SizeFrom> sizes = List.of();

  @Option(
      names = "--serve-at",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description =
          "Input size of the finished model (default: ${DEFAULT-VALUE}). Larger than in training"
              + " pays off.",
      defaultValue = "192x256")
  private Size serveAt = new Size(192, 256);

  @Option(
      names = "--mixed",
      description = "Share of batches that mix photos (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.5")
  private double mixed;

  @Option(
      names = "--smallest-crop",
      description = "Least share of a photo that a crop keeps (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.25")
  private double smallestCrop;

  @Option(
      names = "--scenes",
      description =
          "Share of cars shown somewhere in a larger scene, whose background is a photo without a"
              + " car (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.1")
  private double scenes;

  @Option(
      names = "--precision",
      description =
          "float32, or bfloat16 on processors with instructions for it (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "float32")
  private Precision precision = Precision.FLOAT32;

  @Option(
      names = "--seed",
      description = "The same seed gives the same batches (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--start-from",
      paramLabel = "DIR",
      description =
          "Begin with the weights of this model instead of random ones, where there is no checkpoint"
              + " yet; with fewer epochs and a lower learning rate it learns new photos or new"
              + " brands. A --network with the model's layers and further residual blocks between"
              + " them makes it deeper.")
  private @Nullable Path startFrom;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "Learn from what this model says of each photo too, as it is shown: cropped and mixed."
              + " It must tell the same brands and models. Each step then has a further pass of the network.")
  private @Nullable Path teacher;

  @Option(
      names = "--taught",
      description =
          "Share of what is learned that is the teacher's, if there is one (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "0.5")
  private double taught;

  @Spec private @Nullable CommandSpec spec;

  private final Supplier<Path> defaultModel;

  /**
   * Makes the command.
   *
   * @param defaultModel the folder of the model whose network is trained where no other is named
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
        @Nullable Teacher guide = teacher(photos, options.taughtShare())) {
      List<String> unvalidated = photos.brandsWithoutValidation();
      if (!unvalidated.isEmpty()) {
        progress.say(
            "No photos to validate on, so that it stays unknown how well they are told: "
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
                  guide,
                  progress)
              .train();
      progress.say("Calibrating on %d photos".formatted(photos.validation().size()));
      LoadedModel model =
          ModelMaker.make(name, description, weights, photos, serveAt, progress::unreadable);
      ModelCard.delete(out);
      model.write(out);
      progress.say(
          String.format(
              Locale.ROOT,
              "The model is in %s; judge it with: evaluate --data %s --model %s",
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
    return teacher == null
        ? null
        : new Teacher(LoadedModel.read(teacher), photos.labels(), share, precision);
  }

  /** The weights that mean the same for these photos: of other labels, all but the heads. */
  private static Weights reusable(
      LoadedModel model, NetworkDescription description, DataSet photos) {
    boolean sameLabels = model.description().labels().equals(photos.labels());
    Weights grown = Growth.grow(model.network(), description, model.weights());
    return new Weights(
        grown.tensors().stream()
            .filter(tensor -> sameLabels || !tensor.name().startsWith("heads."))
            .toList());
  }

  /** Reads {@code 144x184}. */
  static final class SizeConverter implements ITypeConverter<Size> {
    @Override
    public Size convert(String text) {
      return Size.parse(text);
    }
  }

  /** Reads {@code 0.6:144x184}. */
  static final class SizeFromConverter implements ITypeConverter<SizeFrom> {
    @Override
    public SizeFrom convert(String text) {
      return SizeFrom.parse(text);
    }
  }
}
