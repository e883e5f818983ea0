package dev.marque.account;

import dev.marque.web.Arrival;
import io.vertx.ext.web.RoutingContext;

/**
 * Where a request comes from, for the list of sessions and the audit table.
 *
 * @param address numeric, of the client itself, not of a proxy
 * @param userAgent what the client calls itself, shortened; may be empty
 */
record Client(String address, String userAgent) {

  private static final int LONGEST = 200;

  static Client of(RoutingContext ctx) {
    String agent = ctx.request().getHeader("User-Agent");
    String shown = agent == null ? "" : agent.replaceAll("\\p{Cntrl}", " ");
    return new Client(
        Arrival.clientAddress(ctx), shown.length() > LONGEST ? shown.substring(0, LONGEST) : shown);
  }
}
