package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.RequestId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;

/**
 * Who waits for a prediction, for as long as they do.
 *
 * @param requestId of the HTTP request, for the logs of every node that has to do with it
 * @param gone completes when the connection is closed before the answer was sent; otherwise never
 */
public record Caller(User user, String requestId, Future<Void> gone) {

  /** The client of a request; to be made where the request is handled. */
  static Caller of(RoutingContext ctx, User user) {
    Promise<Void> gone = Promise.promise();
    ctx.addEndHandler(
        end -> {
          if (end.failed()) {
            gone.tryComplete();
          }
        });
    if (ctx.response().closed()) {
      gone.tryComplete();
    }
    return new Caller(user, RequestId.of(ctx), gone.future());
  }

  boolean isGone() {
    return gone.isComplete();
  }
}
