package dev.marque.prediction;

import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Accepted corrections as a data set that {@code train} reads: {@code <brand>/<id>.jpg}. */
final class CorrectionExport {

  private static final int PORTION = 20;

  private final Corrections corrections;

  CorrectionExport(Corrections corrections) {
    this.corrections = corrections;
  }

  /** Sends the archive to its end. */
  Future<Void> send(ZipStream zip) {
    return portion(null, zip).compose(sent -> zip.end());
  }

  private Future<Void> portion(@Nullable UUID after, ZipStream zip) {
    return corrections
        .examples(after, PORTION)
        .compose(
            found -> {
              Future<Void> sent = Future.succeededFuture();
              for (Corrections.Example example : found) {
                sent = sent.compose(before -> zip.add(nameOf(example), example.photo()));
              }
              return found.size() < PORTION
                  ? sent
                  : sent.compose(more -> portion(last(found), zip));
            });
  }

  /** Brands are the model's own: none is a path. Keys tell nothing of the owner. */
  private static String nameOf(Corrections.Example example) {
    return example.brand() + "/" + example.id() + ".jpg";
  }

  private static UUID last(List<Corrections.Example> found) {
    return found.get(found.size() - 1).id();
  }
}
