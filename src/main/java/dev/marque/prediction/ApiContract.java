package dev.marque.prediction;

import dev.marque.web.Accepted;
import dev.marque.web.PublicUrl;
import dev.marque.web.QueryParameters;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Serves {@code openapi.yaml} with the paths as clients see them. */
public final class ApiContract {

  private static final String PATH = "/api/v1/openapi.yaml";
  private static final String MEDIA_TYPE = "application/yaml";

  private final Buffer contract;

  /**
   * Reads the contract; blocks.
   *
   * @param publicUrl URL whose path is prepended to every path of the contract
   */
  public ApiContract(Optional<URI> publicUrl) {
    String prefix = PublicUrl.prefix(publicUrl);
    this.contract = Buffer.buffer(text().replace(": /api/v1", ": " + prefix + "/api/v1"));
  }

  public void mount(Router router) {
    router.get(PATH).handler(this::serve);
  }

  /** Returns the contract without a path prefix. */
  static String text() {
    try (InputStream in = ApiContract.class.getResourceAsStream("/openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is missing on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read openapi.yaml", e);
    }
  }

  private void serve(RoutingContext ctx) {
    QueryParameters.only(ctx, Set.of());
    Accepted.best(ctx, List.of(MEDIA_TYPE));
    ctx.response()
        .putHeader("Content-Type", MEDIA_TYPE)
        .putHeader("Cache-Control", "public, no-cache")
        .end(contract);
  }
}
