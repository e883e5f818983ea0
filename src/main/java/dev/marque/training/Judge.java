package dev.marque.training;

import dev.marque.vision.Advice;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.PhotoViewer;
import dev.marque.vision.network.Precision;
import dev.marque.vision.photo.Pixels;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Classifies photos of a data set with a model as the server does. */
final class Judge implements AutoCloseable {

  private static final int BATCH = 16;

  private final LoadedModel model;
  private final PhotoViewer viewer;
  private final Consumer<List<String>> unreadable;

  /**
   * @param precision in single precision, every run gives the same figures
   * @param unreadable is called with the names of photos that could not be read
   */
  Judge(LoadedModel model, Precision precision, Consumer<List<String>> unreadable) {
    this.model = model;
    this.unreadable = unreadable;
    this.viewer = new PhotoViewer(model.description(), model.program(precision));
  }

  /** Judges the photos that can be read, in order. */
  List<Judged> judge(List<LabelledPhoto> photos) {
    return judgeExamples(read(photos));
  }

  /** Returns the photos that can be read, in order. */
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
   * Judges photos that were read, in order, each after a change. Each core works on its own batch.
   * This is faster than spreading each pass over all cores, and makes the scores independent of the
   * number of cores. Only the changed photos of these batches are in memory at a time.
   *
   * @param change maps a photo and its index to the photo to judge; called by several threads
   */
  List<Judged> judgeExamples(List<Example> examples, BiFunction<Pixels, Integer, Pixels> change) {
    int batches = (examples.size() + BATCH - 1) / BATCH;
    return IntStream.range(0, batches)
        .parallel()
        .mapToObj(batch -> judgeBatch(examples, batch * BATCH, change))
        .flatMap(List::stream)
        .toList();
  }

  private List<Judged> judgeBatch(
      List<Example> examples, int from, BiFunction<Pixels, Integer, Pixels> change) {
    int to = Math.min(examples.size(), from + BATCH);
    List<Pixels> photos =
        IntStream.range(from, to).mapToObj(i -> change.apply(examples.get(i).photo(), i)).toList();
    List<float[]> inputs = photos.stream().map(viewer::input).toList();
    List<PhotoViewer.View> views = viewer.view(photos, inputs, 1);
    return IntStream.range(from, to)
        .mapToObj(i -> judged(examples.get(i), photos.get(i - from), views.get(i - from)))
        .toList();
  }

  private static Judged judged(Example example, Pixels photo, PhotoViewer.View view) {
    return new Judged(
        example.name(),
        example.brand(),
        example.model(),
        example.car(),
        view.scores(),
        view.first(),
        Stream.concat(Advice.of(photo).stream(), Advice.of(view).stream()).toList());
  }

  @Override
  public void close() {
    viewer.close();
  }
}
