package dev.marque.prediction;

import dev.marque.platform.RequestContext;
import io.vertx.core.Promise;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A photo on this node, from its arrival to its result.
 *
 * @param arrival time of arrival by {@link System#nanoTime}
 */
record PhotoJob(ClassifyRequest request, Promise<Inference> answer, long arrival) {

  /** Returns whether the photo has been answered, refused or cancelled. */
  boolean isDone() {
    return answer.future().isComplete();
  }

  void refuse(Refusal refusal) {
    answer.tryFail(new RefusedException(refusal));
  }

  /** Refuses the photo if its deadline has passed. */
  void refuseIfExpired(long now) {
    if (now > request.deadline()) {
      refuse(Refusal.TOO_LATE);
    }
  }

  /** Returns a builder for an error event that carries the id of the photo's request. */
  LoggingEventBuilder errorEvent(Logger log) {
    return log.atError().addKeyValue(RequestContext.LOGGED_AS, request.requestId());
  }
}
