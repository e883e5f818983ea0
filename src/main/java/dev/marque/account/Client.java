package dev.marque.account;

import dev.marque.web.Arrival;
import io.vertx.ext.web.RoutingContext;

/**
 * The client that sent a request, for the list of sessions and the audit table.
 *
 * @param address numeric, of the client itself, not of a proxy
 * @param userAgent the User-Agent header, shortened; may be empty
 */
record Client(String address, String userAgent) {

  private static final int MAX_LENGTH = 200;

  static Client of(RoutingContext ctx) {
    String agent = ctx.request().getHeader("User-Agent");
    String shown = agent == null ? "" : agent.replaceAll("\\p{Cntrl}", " ");
    return new Client(
        Arrival.clientAddress(ctx),
        shown.length() > MAX_LENGTH ? shown.substring(0, MAX_LENGTH) : shown);
  }
}
