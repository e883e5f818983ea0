package dev.marque.web;

import dev.marque.platform.RequestContext;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The name of one request in logs and answers: {@code X-Request-Id}. A trusted proxy may give it,
 * so that one name follows the request through every system; everybody else's is replaced.
 */
public final class RequestId {

  /** The header that carries it, both ways. */
  public static final String HEADER = "X-Request-Id";

  private static final String KEY = RequestId.class.getName();
  private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._-]{8,64}");

  private RequestId() {}

  /** The id of this request. */
  public static String of(RoutingContext ctx) {
    String id = ctx.get(KEY);
    return id == null ? assign(ctx, false) : id;
  }

  /** Names the request unless it has a name, and puts the name into the answer. */
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
