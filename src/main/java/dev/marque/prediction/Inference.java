package dev.marque.prediction;

import dev.marque.vision.Recognition;
import io.vertx.core.buffer.Buffer;

/**
 * An inference node's result for one photo.
 *
 * @param recognition the network's output
 * @param width width of the upright photo in pixels
 * @param height height of the upright photo in pixels
 * @param copy the photo as a new JPEG without metadata, long side at most 512 px
 * @param thumbnail the same with a long side of at most 160 px
 * @param tookMillis time for decoding and the network, without waiting in the queue
 */
public record Inference(
    Recognition recognition,
    int width,
    int height,
    Buffer copy,
    Buffer thumbnail,
    double tookMillis) {}
