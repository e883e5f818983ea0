package dev.marque.prediction;

import dev.marque.vision.Scored;
import java.time.Instant;
import java.util.UUID;

/**
 * What somebody said a photo shows, as those who review it see it: not whose photo it is.
 *
 * @param id of the prediction
 * @param answer the brand that was the most likely one
 * @param brand what its owner says it is
 * @param photoKept whether there is a photo to judge by
 */
public record Correction(
    UUID id,
    Instant correctedAt,
    String fileName,
    Scored answer,
    String brand,
    boolean photoKept) {}
