package dev.marque.prediction;

import dev.marque.platform.Chunks;
import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Accepted corrections as a data set that {@code train} reads: {@code <brand>/<id>.jpg}. */
final class CorrectionExport {

  private static final int PORTION = 20;

  private final Corrections corrections;

  CorrectionExport(Corrections corrections) {
    this.corrections = corrections;
  }

  /** Sends the archive to its end. */
  Future<Void> send(ZipStream zip) {
    return Chunks.<UUID>processFrom(after -> portion(after, zip)).compose(sent -> zip.end());
  }

  private Future<Optional<UUID>> portion(Optional<UUID> after, ZipStream zip) {
    return corrections
        .examples(after.orElse(null), PORTION)
        .compose(
            found -> {
              Future<Void> sent = Future.succeededFuture();
              for (Corrections.Example example : found) {
                sent = sent.compose(before -> zip.add(nameOf(example), example.photo()));
              }
              return sent.map(next(found));
            });
  }

  /** Brands are the model's own: none is a path. Keys tell nothing of the owner. */
  private static String nameOf(Corrections.Example example) {
    return example.brand() + "/" + example.id() + ".jpg";
  }

  private static Optional<UUID> next(List<Corrections.Example> found) {
    return found.size() < PORTION
        ? Optional.empty()
        : Optional.of(found.get(found.size() - 1).id());
  }
}
