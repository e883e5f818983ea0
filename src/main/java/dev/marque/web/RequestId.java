package dev.marque.web;

import dev.marque.platform.RequestContext;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The id of a request in logs and answers: {@code X-Request-Id}. An id from a trusted proxy is
 * kept, so that one id follows the request through all systems; any other is replaced.
 */
public final class RequestId {

  /** The header of requests and answers. */
  public static final String HEADER = "X-Request-Id";

  private static final String KEY = RequestId.class.getName();
  private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._-]{8,64}");

  private RequestId() {}

  /** Returns the id of this request. */
  public static String of(RoutingContext ctx) {
    String id = ctx.get(KEY);
    return id == null ? assign(ctx, false) : id;
  }

  /** Assigns an id unless the request has one, and adds it to the answer. */
  static String assign(RoutingContext ctx, boolean trustSender) {
    String id = ctx.get(KEY);
    if (id == null) {
      String sent = trustSender ? ctx.request().getHeader(HEADER) : null;
      id = sent != null && ACCEPTABLE.matcher(sent).matches() ? sent : fresh();
      ctx.put(KEY, id);
      RequestContext.enter(id);
    }
    ctx.response().putHeader(HEADER, id);
    return id;
  }

  static String fresh() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
