package dev.marque.prediction;

import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/**
 * A request to an inference node to classify a photo.
 *
 * @param photo the bytes as uploaded; must not be modified
 * @param deadline when the client stops waiting, in epoch milliseconds by the clock of the node
 *     that holds this object
 * @param call unique id by which the request can be cancelled
 * @param account owner of the photo, for fair scheduling
 * @param requestId id of the HTTP request, for the logs
 */
record ClassifyRequest(Buffer photo, long deadline, UUID call, UUID account, String requestId) {}
