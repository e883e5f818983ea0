package dev.marque.prediction;

import dev.marque.platform.Chunks;
import dev.marque.web.ZipStream;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Exports accepted corrections as a data set for {@code train}: {@code <brand>/<id>.jpg}. */
final class CorrectionExport {

  private static final int CHUNK_SIZE = 20;

  private final Corrections corrections;

  CorrectionExport(Corrections corrections) {
    this.corrections = corrections;
  }

  /** Writes the examples and ends the archive. */
  Future<Void> send(ZipStream zip) {
    return Chunks.<UUID>processFrom(after -> chunk(after, zip)).compose(sent -> zip.end());
  }

  private Future<Optional<UUID>> chunk(Optional<UUID> after, ZipStream zip) {
    return corrections
        .examples(after.orElse(null), CHUNK_SIZE)
        .compose(
            found -> {
              Future<Void> sent = Future.succeededFuture();
              for (Corrections.Example example : found) {
                sent = sent.compose(before -> zip.add(nameOf(example), example.photo()));
              }
              return sent.map(next(found));
            });
  }

  /** Brands come from the model, so none contains a path; ids do not reveal the owner. */
  private static String nameOf(Corrections.Example example) {
    return example.brand() + "/" + example.id() + ".jpg";
  }

  private static Optional<UUID> next(List<Corrections.Example> found) {
    return found.size() < CHUNK_SIZE
        ? Optional.empty()
        : Optional.of(found.get(found.size() - 1).id());
  }
}
