package dev.marque.account;

import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where to go after sign-in: always a page of this site, whatever a link says. */
final class Destination {

  static final String HOME = "/";
  private static final int MAX_LENGTH = 1000;
  private static final Set<String> EXCLUDED = Set.of("/login", "/signup", "/logout", "/setup");

  private Destination() {}

  /**
   * Returns where a form leads: its field {@code next}, or the query parameter if the form has
   * none.
   */
  static String afterForm(RoutingContext ctx) {
    String field = ctx.request().getFormAttribute("next");
    return of(field == null ? ctx.queryParams().get("next") : field);
  }

  /**
   * Returns the requested path if it belongs to this site, otherwise {@link #HOME}. Browsers drop
   * tabs and line breaks, read a backslash as a slash, and take two slashes for the start of a host
   * name, so only plain paths are accepted.
   *
   * @param wanted a path with an optional query, without the public prefix; untrusted
   */
  static String of(@Nullable String wanted) {
    if (wanted == null || wanted.length() > MAX_LENGTH || !wanted.matches("/(?!/)[!-\\[\\]-~]*")) {
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
              && !EXCLUDED.contains(path);
      return ours ? wanted : HOME;
    } catch (URISyntaxException e) {
      return HOME;
    }
  }
}
