package dev.marque.prediction;

import dev.marque.vision.BodyType;
import dev.marque.vision.HeatMap;
import dev.marque.vision.Recognition;
import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Sample values for tests that need arbitrary output of the network. */
final class Samples {

  static final List<Scored> BRANDS =
      List.of(new Scored("Audi", 0.93), new Scored("Volkswagen", 0.05), new Scored("BMW", 0.02));

  private static final Traits TRAITS = new Traits(BodyType.COUPE, 2010);

  private Samples() {}

  static Inference inference() {
    return inference(BRANDS, Verdict.CONFIDENT);
  }

  static Inference inference(List<Scored> brands, Verdict verdict) {
    Recognition recognition =
        new Recognition(
            "marque-1",
            verdict,
            0.998,
            0.97,
            brands,
            List.of(new Scored("Audi TTS Coupe 2012", 0.81)),
            TRAITS,
            List.of("too_dark"),
            new HeatMap(3, 2, new float[] {0, 0.5f, 1, 0, 0, 0.25f}));
    return new Inference(
        recognition, 1632, 1224, Buffer.buffer("the copy"), Buffer.buffer("the thumbnail"), 11.25);
  }

  static Prediction prediction() {
    return new Prediction(
        UUID.fromString("0192f0c1-0000-7000-8000-000000000001"),
        Instant.parse("2026-11-23T18:21:18Z"),
        "p.jpg",
        1632,
        1224,
        "marque-1",
        Verdict.CONFIDENT,
        0.998,
        0.97,
        BRANDS,
        List.of(new Scored("Audi TTS Coupe 2012", 0.81)),
        TRAITS,
        List.of("too_dark"),
        11.25,
        "Porsche",
        true,
        true);
  }
}
