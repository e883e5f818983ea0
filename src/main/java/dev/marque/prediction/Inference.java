package dev.marque.prediction;

import dev.marque.vision.Recognition;
import io.vertx.core.buffer.Buffer;

/**
 * The inference node's answer for one photo.
 *
 * @param recognition what the network says
 * @param width of the upright photo, pixels
 * @param height of the upright photo, pixels
 * @param copy the photo as a new JPEG, long side at most 512 px, without metadata
 * @param thumbnail the same with a long side of at most 160 px
 * @param tookMillis decoding and network, without the wait in the queue
 */
public record Inference(
    Recognition recognition,
    int width,
    int height,
    Buffer copy,
    Buffer thumbnail,
    double tookMillis) {}
