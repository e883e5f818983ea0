package dev.marque.prediction;

import io.vertx.core.buffer.Buffer;

/**
 * A photo on its way to an inference node.
 *
 * @param photo the bytes as uploaded; not to be changed
 * @param deadline epoch milliseconds after which nobody waits for the answer
 * @param requestId of the HTTP request, for the logs
 */
record ClassifyRequest(Buffer photo, long deadline, String requestId) {}
