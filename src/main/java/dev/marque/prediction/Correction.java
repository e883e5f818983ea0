package dev.marque.prediction;

import dev.marque.vision.Scored;
import java.time.Instant;
import java.util.UUID;

/**
 * A user's correction of a prediction, as reviewers see it: without the owner.
 *
 * @param id id of the prediction
 * @param answer the most likely brand according to the network
 * @param brand the brand according to the owner
 * @param photoKept whether the photo is stored, so that reviewers can see it
 */
public record Correction(
    UUID id,
    Instant correctedAt,
    String fileName,
    Scored answer,
    String brand,
    boolean photoKept) {}
