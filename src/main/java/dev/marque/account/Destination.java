package dev.marque.account;

import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where to go after sign-in: only ever a page of our own, whatever a link says. */
final class Destination {

  static final String HOME = "/";
  private static final int LONGEST = 1000;
  private static final Set<String> POINTLESS = Set.of("/login", "/signup", "/logout", "/setup");

  private Destination() {}

  /** Where a form leads: its field {@code next}, or where it has none that of the query. */
  static String afterForm(RoutingContext ctx) {
    String field = ctx.request().getFormAttribute("next");
    return of(field == null ? ctx.queryParams().get("next") : field);
  }

  /**
   * The wanted path if it is one of this site, else {@link #HOME}. Browsers drop tabs and line
   * breaks, take a backslash for a slash and two slashes for the beginning of a host: so what is
   * not plainly a path is none.
   *
   * @param wanted a path with an optional query, below the public prefix, as a stranger's link has
   *     it
   */
  static String of(@Nullable String wanted) {
    if (wanted == null || wanted.length() > LONGEST || !wanted.matches("/(?!/)[!-\\[\\]-~]*")) {
      return HOME;
    }
    try {
      URI uri = new URI(wanted);
      String path = uri.getPath();
      boolean ours =
          uri.getScheme() == null
              && uri.getRawAuthority() == null
              && path != null
              && path.startsWith("/")
              && !path.startsWith("//")
              && !path.contains("\\")
              && !POINTLESS.contains(path);
      return ours ? wanted : HOME;
    } catch (URISyntaxException e) {
      return HOME;
    }
  }
}
