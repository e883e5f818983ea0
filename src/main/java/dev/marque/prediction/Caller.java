package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.RequestId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;

/**
 * The client that waits for a prediction.
 *
 * @param requestId id of the HTTP request, for the logs of all nodes involved
 * @param gone completes if the connection is closed before the response has been sent; otherwise
 *     never
 */
public record Caller(User user, String requestId, Future<Void> gone) {

  /** Returns the client of a request; call it while handling the request. */
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
