package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Accepted;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.FieldErrors;
import dev.marque.web.LineStream;
import dev.marque.web.QueryParameters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;

/**
 * Streams all predictions of an account as CSV or as one JSON object per line. The database is read
 * as fast as the client reads the response, so memory use does not depend on the number of rows.
 */
public final class PredictionExport {

  private static final String PATH = PredictionApi.PATH + "/export";
  private static final String CSV = "text/csv";
  private static final String NDJSON = "application/x-ndjson";

  private final SignedIn signedIn;
  private final Predictions predictions;
  private final ExportSlots slots = new ExportSlots();

  public PredictionExport(SignedIn signedIn, Predictions predictions) {
    this.signedIn = signedIn;
    this.predictions = predictions;
  }

  /** Call this before mounting the routes of single predictions, which match this path too. */
  public void mount(Router router) {
    router.get(PATH).handler(signedIn.api()).handler(this::export);
    router.route(PATH).handler(PredictionExport::rejectMethod);
  }

  /** Rejects other methods, which would otherwise reach the routes of single predictions. */
  private static void rejectMethod(RoutingContext ctx) {
    if (HttpMethod.OPTIONS.equals(ctx.request().method())) {
      ctx.next();
    } else {
      ctx.fail(new Failure.MethodNotAllowed(List.of("GET", "HEAD", "OPTIONS")));
    }
  }

  private void export(RoutingContext ctx) {
    Set<String> known = new TreeSet<>(Filter.PARAMETERS);
    known.add("format");
    MultiMap query = QueryParameters.only(ctx, known);
    FieldErrors errors = new FieldErrors();
    Filter filter = errors.read(() -> Filter.of(query), Filter.ALL);
    boolean csv = errors.read(() -> type(ctx, query.get("format")), CSV).equals(CSV);
    errors.requireNone();
    if (ctx.response().closed()) {
      return;
    }
    UUID account = SignedIn.of(ctx).id();
    slots.acquire(account);
    ctx.addEndHandler(end -> slots.release(account));
    predictions.stream(account, filter)
        .onSuccess(stream -> send(ctx, stream, csv))
        .onFailure(ctx::fail);
  }

  private static String type(RoutingContext ctx, @org.jspecify.annotations.Nullable String format) {
    if (format == null) {
      return Accepted.best(ctx, List.of(CSV, NDJSON));
    }
    return switch (format) {
      case "csv" -> CSV;
      case "ndjson" -> NDJSON;
      default -> throw Failure.Invalid.of(FieldError.of("format", "field.format"));
    };
  }

  private static void send(RoutingContext ctx, PredictionStream stream, boolean csv) {
    HttpServerResponse response = ctx.response();
    if (response.closed()) {
      stream.close();
      return;
    }
    response
        .setChunked(true)
        .putHeader("Content-Type", csv ? CSV + ";charset=utf-8" : NDJSON)
        .putHeader(
            "Content-Disposition",
            "attachment; filename=\"predictions." + (csv ? "csv" : "ndjson") + '"');
    Function<Prediction, String> line =
        csv
            ? PredictionCsv::line
            : prediction -> PredictionDocuments.of(prediction, Fields.MAX_BRANDS).encode() + "\n";
    // Returns the database connection even if the response is cut off.
    ctx.addEndHandler(end -> stream.close());
    LineStream lines = new LineStream(ctx, LineStream.Pace.DEFAULT);
    if (csv) {
      lines.add(PredictionCsv.HEADER);
    }
    lines.send(stream.rows(), row -> line.apply(PredictionRows.read(row)));
  }
}
