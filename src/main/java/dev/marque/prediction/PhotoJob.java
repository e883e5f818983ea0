package dev.marque.prediction;

import dev.marque.platform.RequestContext;
import io.vertx.core.Promise;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One photo on this node, from its arrival to its answer.
 *
 * @param arrival by {@link System#nanoTime}
 */
record PhotoJob(ClassifyRequest request, Promise<Inference> answer, long arrival) {

  /** Whether nobody waits for it any more. */
  boolean isOver() {
    return answer.future().isComplete();
  }

  void refuse(Refusal refusal) {
    answer.tryFail(new RefusedException(refusal));
  }

  /** Refuses it if its deadline has passed. */
  void refuseIfLate(long now) {
    if (now > request.deadline()) {
      refuse(Refusal.TOO_LATE);
    }
  }

  /** A defect that shows with this photo, to be logged with the name of its request. */
  LoggingEventBuilder defect(Logger log) {
    return log.atError().addKeyValue(RequestContext.LOGGED_AS, request.requestId());
  }
}
