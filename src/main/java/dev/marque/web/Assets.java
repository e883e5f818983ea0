package dev.marque.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The static files of the pages: our own from {@code static/} and a few from webjars, held in
 * memory together with their compressed form.
 *
 * <p>Each is served under two paths. {@code /static/NAME-HASH.EXTENSION} is immutable and cached
 * for a year; {@code /static/NAME.EXTENSION} is revalidated on each use. Only files found at
 * startup are served, so no path can escape the directory.
 */
public final class Assets implements AssetPaths {

  private static final String PATH = "/static/";
  private static final String FOR_PORTALS = "embed.js";
  private static final String WEBJARS = "META-INF/resources/webjars/";

  private static final Map<String, String> FROM_WEBJARS =
      Map.of(
          "htmx.min.js", WEBJARS + "htmx.org/2.0.10/dist/htmx.min.js",
          "pico.min.css", WEBJARS + "picocss__pico/2.1.1/css/pico.min.css",
          "swagger-ui.css", WEBJARS + "swagger-ui/5.30.2/swagger-ui.css",
          "swagger-ui-bundle.js", WEBJARS + "swagger-ui/5.30.2/swagger-ui-bundle.js");

  private final Map<String, Asset> byName;
  private final Map<String, Asset> byHashedName = new HashMap<>();

  private Assets(Map<String, Asset> byName) {
    this.byName = byName;
    byName.values().forEach(asset -> byHashedName.put(asset.hashedName(), asset));
  }

  /**
   * Reads every file into memory. Blocks, so call it before the server starts.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Assets load() {
    Map<String, byte[]> contents = new HashMap<>();
    FROM_WEBJARS.forEach((name, resource) -> contents.put(name, resource(resource)));
    contents.putAll(ownFiles());
    Map<String, Asset> assets = new HashMap<>();
    contents.entrySet().parallelStream()
        .map(file -> Asset.of(file.getKey(), file.getValue()))
        .toList()
        .forEach(asset -> assets.put(asset.name(), asset));
    return new Assets(Map.copyOf(assets));
  }

  /**
   * Returns the path of a file with its content hash, for example {@code
   * /static/marque-1a2b3c4d5e6f.css}.
   *
   * @param name for example {@code marque.css}
   * @throws IllegalArgumentException if there is no such file, which is a bug in a template
   */
  @Override
  public String pathOf(String name) {
    Asset asset = byName.get(name);
    if (asset == null) {
      throw new IllegalArgumentException("no file of this name in static/ or the webjars: " + name);
    }
    return PATH + asset.hashedName();
  }

  public void mount(Router router) {
    router.get(PATH + "*").handler(this::serve);
    router.get("/favicon.ico").handler(ctx -> serve(ctx, "favicon.ico"));
  }

  private void serve(RoutingContext ctx) {
    // The route also matches the path without the trailing slash.
    String path = ctx.request().path();
    serve(ctx, path.startsWith(PATH) ? path.substring(PATH.length()) : "");
  }

  private void serve(RoutingContext ctx, String name) {
    Asset asset = byHashedName.getOrDefault(name, byName.get(name));
    if (asset == null) {
      ctx.fail(new Failure.NotFound("not-found"));
      return;
    }
    boolean immutable = byHashedName.containsKey(name);
    HttpServerResponse response = ctx.response();
    response.putHeader(
        "Cache-Control", immutable ? "public, max-age=31536000, immutable" : "public, no-cache");
    response.putHeader("Cross-Origin-Resource-Policy", "cross-origin");
    if (asset.name().equals(FOR_PORTALS)) {
      // Portals load it from another origin; a module script needs CORS for that.
      response.putHeader("Access-Control-Allow-Origin", "*");
    }
    response.putHeader("Vary", "Accept-Encoding");
    Buffer gzip = acceptsGzip(ctx.request()) ? asset.gzip() : null;
    String tag = '"' + asset.hash() + (gzip == null ? "" : "-gzip") + '"';
    response.putHeader("ETag", tag);
    String known = ctx.request().getHeader("If-None-Match");
    if (known != null && (known.contains(tag) || known.strip().equals("*"))) {
      response.setStatusCode(304).end();
      return;
    }
    response.putHeader("Content-Type", asset.contentType());
    // Set in both cases: otherwise the server would compress the content for every answer.
    response.putHeader("Content-Encoding", gzip == null ? "identity" : "gzip");
    response.end(gzip == null ? asset.content() : gzip);
  }

  private static boolean acceptsGzip(HttpServerRequest request) {
    String accepted = request.getHeader("Accept-Encoding");
    return accepted != null
        && Stream.of(accepted.split(",", -1))
            .map(coding -> coding.replace(" ", ""))
            .anyMatch(coding -> coding.startsWith("gzip") && !coding.matches("gzip;q=0(\\.0*)?"));
  }

  private static byte[] resource(String name) {
    try (InputStream in = Assets.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing on the class path: " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  private static Map<String, byte[]> ownFiles() {
    Map<String, byte[]> files = new HashMap<>();
    try {
      List<URL> roots =
          new ArrayList<>(Collections.list(Assets.class.getClassLoader().getResources("static")));
      for (URL root : roots) {
        URI uri = root.toURI();
        if ("jar".equals(uri.getScheme())) {
          JarURLConnection inJar = (JarURLConnection) root.openConnection();
          // Opened by file: a file system opened by URL exists only once per process.
          try (FileSystem jar = FileSystems.newFileSystem(Path.of(inJar.getJarFileURL().toURI()))) {
            readTree(jar.getPath(inJar.getEntryName()), files);
          }
        } else {
          readTree(Path.of(uri), files);
        }
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("cannot read the files of static/", e);
    }
    return files;
  }

  private static void readTree(Path root, Map<String, byte[]> files) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.filter(Files::isRegularFile).toList();
    }
    for (Path path : paths) {
      files.put(root.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
    }
  }
}
