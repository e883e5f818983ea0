package dev.marque.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/**
 * Renders pages and, for htmx, fragments of pages from the same templates.
 *
 * <p>A request with {@code HX-Request} gets only the template's {@code title} and {@code main}
 * elements, any other request the complete page. Besides the model, templates have these variables:
 * {@code user} (a {@link Viewer}, or null), {@code url} ({@link PageUrls}), {@code words} ({@link
 * PageWords}), {@code lang}, {@code theme}, {@code framed}, {@code path}, {@code here} (path and
 * query to return to; the home page after a form), {@code again} (whether {@code here} is this
 * page), {@code portalOrigins}, {@code zoneCookie}, {@code signupEnabled} and {@code now}.
 *
 * <p>Rendering takes well under a millisecond once templates are cached, so it runs on the event
 * loop. Thread-safe.
 */
public final class Pages {

  /** The routing context's key for the signed-in {@link Viewer}. */
  public static final String VIEWER = "marque.viewer";

  /** The query parameters that the links of a framed page carry. */
  private static final Set<String> CARRIED = Set.of("embed", "theme", "lang");

  private static final Set<String> FRAGMENT = Set.of("title", "main");
  private static final Set<String> THEMES = Set.of("light", "dark");

  private final TemplateEngine engine = new TemplateEngine();
  private final Messages messages;
  private final AssetPaths assets;
  private final String prefix;
  private final boolean secure;
  private final String cookiePath;
  private final String languageCookie;

  /** Set by the page's script, which knows the zone, so that later pages use it from the start. */
  private final String zoneCookie;

  private final String portalOrigins;
  private final boolean signupEnabled;
  private final Clock clock;

  /**
   * @param publicUrl the address of the application as browsers see it, if it is known
   * @param portalOrigins the origins that may frame the pages
   * @param signupEnabled whether to link the sign-up
   */
  public Pages(
      Messages messages,
      AssetPaths assets,
      Optional<URI> publicUrl,
      List<URI> portalOrigins,
      boolean signupEnabled,
      Clock clock) {
    this.messages = messages;
    this.assets = assets;
    this.prefix = PublicUrl.prefix(publicUrl);
    this.secure = PublicUrl.isHttps(publicUrl);
    this.cookiePath = PublicUrl.cookiePath(publicUrl);
    this.languageCookie = PublicUrl.cookieName(publicUrl, "lang");
    this.zoneCookie = PublicUrl.cookieName(publicUrl, "zone");
    this.portalOrigins = String.join(" ", portalOrigins.stream().map(URI::toString).toList());
    this.signupEnabled = signupEnabled;
    this.clock = clock;
    engine.setTemplateResolver(templates());
    engine.setMessageResolver(new MessageResolver(messages));
    warmUp();
  }

  /** Answers 200 with a page or its fragment. */
  public Future<Void> render(RoutingContext ctx, String template, Map<String, ?> model) {
    return render(ctx, 200, template, model);
  }

  /**
   * Answers with a page or its fragment. Fails before anything is sent if the template cannot be
   * rendered.
   *
   * @param template path below {@code templates/} without extension, for example {@code
   *     prediction/result}
   */
  public Future<Void> render(
      RoutingContext ctx, int status, String template, Map<String, ?> model) {
    String html;
    try {
      html = html(ctx, template, model);
    } catch (RuntimeException defect) {
      // Thrown inside a callback, the exception would be lost and the client never answered.
      return Future.failedFuture(defect);
    }
    rememberLanguage(ctx);
    HttpServerResponse response = ctx.response();
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .putHeader(HttpHeaders.CONTENT_LANGUAGE, language(ctx).getLanguage());
    addVary(response, "HX-Request, Accept-Language, Cookie, Sec-Fetch-Dest");
    Buffer body = Buffer.buffer(html);
    if (HttpMethod.HEAD.equals(ctx.request().method())) {
      return response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    }
    return response.end(body);
  }

  /** Renders the page or fragment; the template's name may end in {@code .html}. */
  String html(RoutingContext ctx, String template, Map<String, ?> model) {
    Locale language = language(ctx);
    Map<String, Object> variables = common(language, urls(ctx), zone(ctx));
    variables.put("user", ctx.get(VIEWER));
    variables.put("theme", theme(ctx));
    variables.put("framed", isFramed(ctx));
    boolean again = Set.of(HttpMethod.GET, HttpMethod.HEAD).contains(ctx.request().method());
    variables.put("path", RequestAddress.path(ctx));
    variables.put("again", again);
    variables.put("here", again ? here(ctx) : "/");
    model.forEach((name, value) -> variables.put(name, readable(value)));
    Context context = new Context(language, variables);
    String name =
        template.endsWith(".html") ? template.substring(0, template.length() - 5) : template;
    return isFragment(ctx)
        ? engine.process(name, FRAGMENT, context)
        : engine.process(name, context);
  }

  /** Converts Vert.x's JSON types, at any depth, to the maps and lists that templates can read. */
  private static @Nullable Object readable(@Nullable Object value) {
    if (value instanceof JsonObject object) {
      return readable(object.getMap());
    }
    if (value instanceof JsonArray array) {
      return array.stream().map(Pages::readable).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((name, part) -> plain.put(name, readable(part)));
      return plain;
    }
    return value;
  }

  private Map<String, Object> common(Locale language, PageUrls urls, @Nullable ZoneId zone) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("url", urls);
    variables.put("words", new PageWords(language, messages, zone));
    variables.put("lang", language.getLanguage());
    variables.put("portalOrigins", portalOrigins);
    variables.put("zoneCookie", zoneCookie);
    variables.put("signupEnabled", signupEnabled);
    variables.put("now", clock.instant());
    return variables;
  }

  /** The first rendering takes seconds on a busy machine: too long for an event loop. */
  private void warmUp() {
    for (Locale language : Messages.LANGUAGES) {
      Map<String, Object> variables = common(language, new PageUrls(prefix, "", assets), null);
      variables.put("framed", false);
      variables.put("path", "/");
      variables.put("again", true);
      variables.put("here", "/");
      variables.putAll(Map.of("status", 404, "title", "", "detail", ""));
      engine.process("error", new Context(language, variables));
    }
  }

  /**
   * Returns the link builder of this request's page. Redirects use it too, to keep the prefix, the
   * frame and the language.
   */
  public PageUrls urls(RoutingContext ctx) {
    return new PageUrls(prefix, carried(ctx), assets);
  }

  /** Returns the request's language: from the query, the cookie or {@code Accept-Language}. */
  public Locale language(RoutingContext ctx) {
    Locale asked = Messages.language(RequestAddress.parameter(ctx, "lang"));
    if (asked != null) {
      return asked;
    }
    Cookie cookie = ctx.request().getCookie(languageCookie);
    Locale chosen = cookie == null ? null : Messages.language(cookie.getValue());
    return chosen != null
        ? chosen
        : Messages.negotiate(ctx.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
  }

  private @Nullable ZoneId zone(RoutingContext ctx) {
    Cookie cookie = ctx.request().getCookie(zoneCookie);
    try {
      return cookie == null ? null : ZoneId.of(cookie.getValue());
    } catch (DateTimeException unknown) {
      return null;
    }
  }

  /** Stores the language chosen by the {@code lang} query parameter in a cookie. */
  private void rememberLanguage(RoutingContext ctx) {
    Locale asked = Messages.language(RequestAddress.parameter(ctx, "lang"));
    if (asked != null && !isFramed(ctx) && HttpMethod.GET.equals(ctx.request().method())) {
      ctx.response()
          .addCookie(
              Cookie.cookie(languageCookie, asked.getLanguage())
                  .setPath(cookiePath)
                  .setMaxAge(Duration.ofDays(365).toSeconds())
                  .setSameSite(CookieSameSite.LAX)
                  .setSecure(secure)
                  .setHttpOnly(true));
    }
  }

  /** Returns whether htmx requests a fragment of the page. */
  public static boolean isFragment(RoutingContext ctx) {
    return "true".equals(ctx.request().getHeader("HX-Request"))
        && !"true".equals(ctx.request().getHeader("HX-History-Restore-Request"));
  }

  /** Returns whether the page is shown in another page's frame. */
  public static boolean isFramed(RoutingContext ctx) {
    return "1".equals(RequestAddress.parameter(ctx, "embed"))
        || "iframe".equals(ctx.request().getHeader("Sec-Fetch-Dest"));
  }

  private static @Nullable String theme(RoutingContext ctx) {
    String theme = RequestAddress.parameter(ctx, "theme");
    return theme != null && THEMES.contains(theme) ? theme : null;
  }

  /** Returns the query parameters that links carry; empty outside of frames. */
  private static String carried(RoutingContext ctx) {
    if (!isFramed(ctx)) {
      return "";
    }
    StringBuilder query = new StringBuilder("embed=1");
    String theme = theme(ctx);
    if (theme != null) {
      query.append("&theme=").append(theme);
    }
    Locale language = Messages.language(RequestAddress.parameter(ctx, "lang"));
    if (language != null) {
      query.append("&lang=").append(language.getLanguage());
    }
    return query.toString();
  }

  /** Returns the request's path and query without the parameters that links add. */
  private static String here(RoutingContext ctx) {
    String query = ctx.request().query();
    if (query == null) {
      return RequestAddress.path(ctx);
    }
    Set<String> added = isFramed(ctx) ? CARRIED : Set.of("lang");
    String kept =
        Arrays.stream(query.split("&", -1))
            .filter(pair -> !pair.isEmpty() && !added.contains(pair.split("=", 2)[0]))
            .collect(Collectors.joining("&"));
    return kept.isEmpty() ? RequestAddress.path(ctx) : RequestAddress.path(ctx) + "?" + kept;
  }

  private static void addVary(HttpServerResponse response, String names) {
    String present = response.headers().get(HttpHeaders.VARY);
    response.putHeader(HttpHeaders.VARY, present == null ? names : present + ", " + names);
  }

  private static ClassLoaderTemplateResolver templates() {
    ClassLoaderTemplateResolver resolver =
        new ClassLoaderTemplateResolver(Pages.class.getClassLoader());
    resolver.setPrefix("templates/");
    resolver.setSuffix(".html");
    resolver.setTemplateMode(TemplateMode.HTML);
    resolver.setCharacterEncoding("UTF-8");
    resolver.setCacheable(true);
    return resolver;
  }
}
