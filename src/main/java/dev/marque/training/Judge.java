package dev.marque.training;

import dev.marque.vision.LoadedModel;
import dev.marque.vision.Scores;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Shows photos of a data set to a model, in single precision, so that every run says the same. */
final class Judge implements AutoCloseable {

  private final LoadedModel model;
  private final ServingProgram program;
  private final Consumer<List<String>> unreadable;

  /**
   * @param unreadable hears of photos that could not be read
   */
  Judge(LoadedModel model, Consumer<List<String>> unreadable) {
    this.model = model;
    this.unreadable = unreadable;
    this.program =
        ServingProgram.load(
            model.network(),
            model.description().labels().heads(),
            model.weights(),
            Precision.FLOAT32);
  }

  /** Judges photos, in order, without those that cannot be read. */
  List<Judged> judge(List<LabelledPhoto> photos) {
    return judgeExamples(read(photos));
  }

  /** Reads photos, in order, without those that cannot be read. */
  List<Example> read(List<LabelledPhoto> photos) {
    PhotoSet set = PhotoSet.read(photos, model.description().labels());
    if (!set.unreadable().isEmpty()) {
      unreadable.accept(set.unreadable());
    }
    return set.examples();
  }

  /** Judges photos that were read, in order. */
  List<Judged> judgeExamples(List<Example> examples) {
    List<Scores> scores =
        Validation.scores(
            program,
            examples,
            model.description().labels(),
            model.description().input(),
            model.description().normalization());
    List<Judged> judged = new ArrayList<>(scores.size());
    for (int i = 0; i < scores.size(); i++) {
      Example example = examples.get(i);
      judged.add(
          new Judged(
              example.name(), example.brand(), example.model(), example.car(), scores.get(i)));
    }
    return judged;
  }

  @Override
  public void close() {
    program.close();
  }
}
