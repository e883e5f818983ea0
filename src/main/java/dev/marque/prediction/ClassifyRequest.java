package dev.marque.prediction;

import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/**
 * A photo on its way to an inference node.
 *
 * @param photo the bytes as uploaded; not to be changed
 * @param deadline epoch milliseconds, by the clock of the node that holds this object, after which
 *     nobody waits for the answer
 * @param call the name of this one photo, by which it can be withdrawn
 * @param account whose photo it is, for a fair share of the node
 * @param requestId of the HTTP request, for the logs
 */
record ClassifyRequest(Buffer photo, long deadline, UUID call, UUID account, String requestId) {}
