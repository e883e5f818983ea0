package dev.marque.training;

import dev.marque.vision.Advice;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.PhotoViewer;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Shows photos of a data set to a model as service does, in single precision, so that every run
 * says the same.
 */
final class Judge implements AutoCloseable {

  private static final int BATCH = 16;

  private final LoadedModel model;
  private final PhotoViewer viewer;
  private final Consumer<List<String>> unreadable;

  /**
   * @param unreadable hears of photos that could not be read
   */
  Judge(LoadedModel model, Consumer<List<String>> unreadable) {
    this.model = model;
    this.unreadable = unreadable;
    this.viewer =
        new PhotoViewer(
            model.description(),
            ServingProgram.load(
                model.network(),
                model.description().labels().heads(),
                model.weights(),
                Precision.FLOAT32));
  }

  /** Judges photos, in order, without those that cannot be read. */
  List<Judged> judge(List<LabelledPhoto> photos) {
    return judgeExamples(read(photos));
  }

  /** Reads photos, in order, without those that cannot be read. */
  List<Example> read(List<LabelledPhoto> photos) {
    PhotoSet set = PhotoSet.read(photos, model.description().labels(), PhotoSet.TO_JUDGE_ON);
    if (!set.unreadable().isEmpty()) {
      unreadable.accept(set.unreadable());
    }
    return set.examples();
  }

  /** Judges photos that were read, in order. */
  List<Judged> judgeExamples(List<Example> examples) {
    return judgeExamples(examples, (photo, number) -> photo);
  }

  /**
   * Judges photos that were read, in order, each after a change. Few changed ones are in memory at
   * a time.
   *
   * @param change of a photo, which its number tells from the others
   */
  List<Judged> judgeExamples(List<Example> examples, BiFunction<Pixels, Integer, Pixels> change) {
    List<Judged> judged = new ArrayList<>(examples.size());
    for (int from = 0; from < examples.size(); from += BATCH) {
      List<Example> batch =
          IntStream.range(from, Math.min(examples.size(), from + BATCH))
              .parallel()
              .mapToObj(i -> examples.get(i).with(change.apply(examples.get(i).photo(), i)))
              .toList();
      List<Pixels> photos = batch.stream().map(Example::photo).toList();
      List<float[]> inputs = photos.parallelStream().map(viewer::input).toList();
      List<PhotoViewer.View> views = viewer.view(photos, inputs, PyTorch.ALL_CORES);
      for (int i = 0; i < batch.size(); i++) {
        Example example = batch.get(i);
        PhotoViewer.View view = views.get(i);
        judged.add(
            new Judged(
                example.name(),
                example.brand(),
                example.model(),
                example.car(),
                view.scores(),
                view.first(),
                Stream.concat(Advice.of(photos.get(i)).stream(), Advice.of(view).stream())
                    .toList()));
      }
    }
    return judged;
  }

  @Override
  public void close() {
    viewer.close();
  }
}
