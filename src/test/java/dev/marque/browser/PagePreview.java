package dev.marque.browser;

import dev.marque.prediction.ApiContract;
import dev.marque.prediction.KnownNode;
import dev.marque.prediction.LiveNumbers;
import dev.marque.vision.BodyType;
import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import dev.marque.web.Assets;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.SecurityHeaders;
import dev.marque.web.Viewer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves every page with sample data, without a database or a neural network. Tests check each
 * template with it. Started by hand, it shows the pages during development, on the port that its
 * argument names.
 */
final class PagePreview implements AutoCloseable {

  private static final List<String> BRANDS =
      List.of(
          "Acura",
          "Aston Martin",
          "Audi",
          "BMW",
          "Bentley",
          "Buick",
          "Cadillac",
          "Chevrolet",
          "Chrysler",
          "Dodge",
          "Ferrari",
          "Ford",
          "GMC",
          "Honda",
          "Hyundai",
          "Jeep",
          "Lamborghini",
          "Land Rover",
          "Mercedes-Benz",
          "Nissan",
          "Rolls-Royce",
          "Suzuki",
          "Toyota",
          "Volkswagen",
          "Volvo");

  private static final Instant SOME_TIME = Instant.parse("2026-11-23T18:21:18Z");

  private static final String LONG_NAME =
      "a-very-long-name-of-a-photo-that-someone-took-on-a-rainy-day-<b>in</b>-Cambridge.jpeg";

  /** The index of the result in the history that has no stored photo. */
  private static final int WITHOUT_PHOTO = 7;

  private static final String SOME_ID = "0192aaaa-0000-7000-8000-000000000001";

  private static final String FIREFOX =
      "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

  private static final Map<String, Object> EVALUATION =
      Map.of(
          "photos",
          675,
          "top1",
          0.923,
          "top5",
          0.987,
          "confident_right",
          0.971,
          "confident_share",
          0.842,
          "reliability",
          List.of(
              Map.of("claimed", 0.42, "accuracy", 0.45, "photos", 67),
              Map.of("claimed", 0.97, "accuracy", 0.965, "photos", 67)),
          "robustness",
          Map.of(
              "as_it_is", Map.of("top1", 0.923, "photos", 338),
              "jpeg_quality_20", Map.of("top1", 0.886),
              "in_a_scene", Map.of("top1", 0.794)),
          "confusion",
          List.of(List.of(26, 3, 1), List.of(0, 0, 0), List.of(2, 0, 7)),
          "brands",
          List.of(
              Map.of("brand", "Acura", "photos", 30, "precision", 0.9, "recall", 0.86),
              Map.of("brand", "Lamborghini", "photos", 0),
              Map.of("brand", "Volvo", "photos", 9, "precision", 0.875, "recall", 0.77)));

  /** The accuracy that a model states if it was never calibrated. */
  private static final double NOT_CALIBRATED = 0;

  private static final List<URI> PORTALS = List.of(URI.create("https://portal.example"));

  /** A prediction as the result page reads it. */
  public record ShownPrediction(
      UUID id,
      Instant createdAt,
      String fileName,
      int width,
      int height,
      String model,
      Verdict verdict,
      double carProbability,
      double accuracyAtThisConfidence,
      List<Scored> brands,
      List<Scored> closestModels,
      Traits traits,
      List<String> advice,
      double tookMillis,
      @Nullable String correction,
      boolean photoKept,
      boolean thumbnailKept) {}

  /** A role as the account pages read it. */
  public enum Role {
    USER,
    ADMIN;

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** An account as the account pages read it. */
  public record Account(
      String username,
      String email,
      String firstName,
      String lastName,
      Role role,
      boolean disabled,
      Instant createdAt) {}

  /** A personal access token as the account page reads it. */
  public record PersonalToken(
      String id, String name, Instant expiresAt, @Nullable Instant lastUsedAt) {}

  /** A session as the account page reads it. */
  public record Session(
      String id, Instant lastUsedAt, String userAgent, String address, boolean current) {}

  /** An entry as the audit page reads it. */
  public record AuditEntry(
      Instant at,
      String event,
      String actor,
      @Nullable String subject,
      String address,
      @Nullable String detail) {}

  /** A correction as the administrators' page reads it. */
  public record Correction(
      UUID id,
      Instant correctedAt,
      String fileName,
      Scored answer,
      String brand,
      boolean photoKept) {}

  private static Map<String, Object> busyNumbers() {
    Map<String, @Nullable Double> latencies = new LinkedHashMap<>();
    latencies.put("p50", 81.25);
    latencies.put("p95", 131.0);
    latencies.put("p99", 1234.5);
    List<KnownNode> nodes =
        List.of(
            new KnownNode("0192aaaa-0000-7000-8000-000000000001", "marque-3", 17),
            new KnownNode("here", "marque-4-long-name-of-a-model-that-someone-trains", 64));
    return Map.of(
        "left",
        120,
        "numbers",
        new LiveNumbers.Numbers(
            121.5,
            47.0,
            7.9,
            latencies,
            Map.of("confident", 123_456.0, "unsure", 7.0, "unknown_make", 0.0, "not_a_car", 1.0),
            Map.of("busy", 123_456.0, "predictions-per-minute", 3.0, "of-a-later-version", 1.0),
            87L << 20,
            1L << 30,
            47,
            16,
            3,
            nodes));
  }

  private static Map<String, Object> idleNumbers() {
    Map<String, @Nullable Double> none = new LinkedHashMap<>();
    List.of("p50", "p95", "p99").forEach(name -> none.put(name, null));
    return Map.of(
        "left",
        0,
        "numbers",
        new LiveNumbers.Numbers(
            0,
            null,
            null,
            none,
            Map.of("confident", 0.0),
            Map.of(),
            1 << 20,
            1L << 30,
            9,
            0,
            0,
            List.of()));
  }

  /** A sample page: its template, status and model, and whether a user is signed in. */
  record Sample(String template, int status, boolean signedIn, Map<String, Object> model) {}

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final Map<String, Sample> samples = samples();

  PagePreview(int port) {
    Assets assets = Assets.load();
    Pages pages =
        new Pages(new Messages(), assets, Optional.empty(), PORTALS, true, Clock.systemUTC());
    Router router = Router.router(vertx);
    new SecurityHeaders(Optional.empty(), PORTALS).mount(router);
    assets.mount(router);
    new ApiContract(Optional.empty()).mount(router);
    router
        .getWithRegex("/(?:predictions|admin/corrections)/.*\\.(jpg|png)")
        .handler(PagePreview::photo);
    router
        .route("/preview/:name")
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(
            ctx -> {
              Sample sample = samples.get(ctx.pathParam("name"));
              if (sample == null) {
                ctx.fail(404);
                return;
              }
              if (sample.signedIn()) {
                ctx.put(Pages.VIEWER, new Viewer("ada.lovelace", true));
              }
              pages
                  .render(ctx, sample.status(), sample.template(), sample.model())
                  .onFailure(ctx::fail);
            });
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(port, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  List<String> names() {
    return List.copyOf(samples.keySet());
  }

  /** Returns the expected status of a page, 404 if there is no such page. */
  int statusOf(String name) {
    Sample sample = samples.get(name);
    return sample == null ? 404 : sample.status();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static Map<String, Sample> samples() {
    Map<String, Sample> all = new LinkedHashMap<>();
    Map<String, Object> none = Map.of();
    all.put("front", new Sample("front", 200, false, Map.of("brands", BRANDS.subList(0, 7))));
    all.put("login", new Sample("account/login", 200, false, Map.of("next", "/history?a=b&c=d")));
    all.put(
        "login-wrong",
        new Sample(
            "account/login",
            401,
            false,
            Map.of(
                "alert",
                "The user name or password is incorrect.",
                "form",
                Map.of("username", "ada"))));
    all.put("signup", new Sample("account/signup", 200, false, none));
    all.put(
        "signup-wrong",
        new Sample(
            "account/signup",
            422,
            false,
            Map.of(
                "form",
                Map.of(
                    "username",
                    "a<b>\"x",
                    "email",
                    "not-an-address",
                    "first_name",
                    "Ada",
                    "last_name",
                    "Lovelace"),
                "errors",
                ordered(
                    "email", "This must be an e-mail address like name@example.org.",
                    "username", "A user name must have 3 to 32 letters or digits.",
                    "password", "A password must have 8 to 128 characters."))));
    all.put("upload", new Sample("prediction/upload", 200, true, upload(Map.of())));
    all.put(
        "upload-wrong",
        new Sample(
            "prediction/upload",
            422,
            true,
            upload(Map.of("errors", Map.of("image", "The photo cannot be read.")))));
    for (Verdict verdict : Verdict.values()) {
      all.put(
          "result-" + verdict.code(),
          new Sample("prediction/result", 200, true, result(verdict, 5)));
    }
    all.put("result-all", new Sample("prediction/result", 200, true, longResult()));
    all.put(
        "result-without-photo", new Sample("prediction/result", 200, true, resultWithoutPhoto()));
    all.put("history", new Sample("prediction/history", 200, true, history(9)));
    all.put("history-empty", new Sample("prediction/history", 200, true, history(0)));
    all.put(
        "history-deleted",
        new Sample(
            "prediction/history",
            200,
            true,
            history(
                3,
                Map.of("deletion", UUID.fromString(SOME_ID), "deleted", 2, "newest", "/history"))));
    all.put(
        "history-nothing",
        new Sample("prediction/history", 200, true, history(0, Map.of("filtered", true))));
    all.put(
        "history-page-empty",
        new Sample("prediction/history", 200, true, history(0, Map.of("newest", "/history"))));
    all.put(
        "history-wrong",
        new Sample(
            "prediction/history",
            422,
            true,
            history(
                0,
                Map.of(
                    "filtered",
                    true,
                    "errors",
                    Map.of("until", "The end date must not be before the start date.")))));
    all.put("setup", new Sample("account/setup", 200, false, Map.of("token", "t")));
    all.put("account", new Sample("account/account", 200, true, account(Map.of())));
    all.put(
        "account-token",
        new Sample(
            "account/account", 200, true, account(Map.of("newToken", "marque_" + "A".repeat(43)))));
    all.put(
        "account-wrong",
        new Sample(
            "account/account",
            422,
            true,
            account(
                Map.of(
                    "section",
                    "password",
                    "errors",
                    Map.of("current_password", "That is not your password.")))));
    all.put(
        "users",
        new Sample(
            "admin/users",
            200,
            true,
            Map.of(
                "users",
                List.of(account("ada.lovelace", Role.ADMIN), account("b".repeat(60), Role.USER)),
                "search",
                "a",
                "next",
                "c")));
    all.put(
        "users-none",
        new Sample("admin/users", 200, true, Map.of("users", List.of(), "search", "zzz")));
    all.put(
        "user",
        new Sample(
            "admin/user",
            200,
            true,
            Map.of("account", account("bob", Role.USER), "sessions", 2, "self", false)));
    all.put("numbers", new Sample("admin/numbers", 200, true, busyNumbers()));
    all.put("numbers-none", new Sample("admin/numbers", 200, true, idleNumbers()));
    all.put("corrections", new Sample("admin/corrections", 200, true, corrections(3)));
    all.put("corrections-none", new Sample("admin/corrections", 200, true, corrections(0)));
    all.put(
        "audit",
        new Sample(
            "admin/audit",
            200,
            true,
            Map.of(
                "search",
                "ada",
                "event",
                "role_changed",
                "events",
                List.of("signed_in", "role_changed"),
                "next",
                "0192aaaa-0000-7000-8000-000000000001",
                "entries",
                List.of(
                    new AuditEntry(SOME_TIME, "signed_in", "ada", null, "127.0.0.1", null),
                    new AuditEntry(
                        SOME_TIME, "role_changed", "ada", "bob", "127.0.0.1", "admin")))));
    all.put(
        "model",
        new Sample(
            "model",
            200,
            true,
            Map.of(
                "card", Map.of("name", "marque-1", "evaluation", EVALUATION), "brands", BRANDS)));
    all.put(
        "model-not-evaluated",
        new Sample(
            "model", 200, true, Map.of("card", Map.of("name", "marque-1"), "brands", BRANDS)));
    all.put("docs", new Sample("docs", 200, true, none));
    for (int status : new int[] {401, 403, 404, 413, 422, 429, 500, 503}) {
      all.put(
          "error-" + status,
          new Sample(
              "error",
              status,
              status != 401,
              Map.of(
                  "status",
                  status,
                  "errors",
                  status == 422 ? Map.of("top_k", "This must be a number from 1 to 25.") : Map.of(),
                  "requestId",
                  "0192aaaa-77",
                  "title",
                  "Not found",
                  "detail",
                  "There is nothing at this address, or it belongs to someone else.")));
    }
    return all;
  }

  private static Map<String, Object> corrections(int count) {
    List<Correction> corrections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      UUID id = UUID.fromString("0192aaaa-0000-7000-8000-00000000000" + i);
      String name = i == 1 ? "a-very-long-<b>name</b>-of-a-photo-on-a-rainy-day.jpeg" : "IMG.jpg";
      corrections.add(new Correction(id, SOME_TIME, name, new Scored("BMW", 0.61), "Audi", i != 2));
    }
    Map<String, Object> model = new HashMap<>();
    model.put("corrections", corrections);
    model.put("states", List.of("open", "accepted", "rejected"));
    model.put("state", count == 0 ? "open" : "accepted");
    model.put("next", count == 0 ? null : corrections.get(0).id());
    return model;
  }

  private static Map<String, Object> account(Map<String, Object> more) {
    Map<String, Object> model = new HashMap<>(more);
    model.put("account", account("ada.lovelace", Role.ADMIN));
    model.put(
        "sessions",
        List.of(
            new Session("a", SOME_TIME, FIREFOX, "2001:db8::17", true),
            new Session("b", SOME_TIME, "curl/8.5", "192.0.2.7", false)));
    model.put(
        "tokens",
        List.of(
            new PersonalToken("a", "import", SOME_TIME, SOME_TIME),
            new PersonalToken("b", "b".repeat(100), SOME_TIME, null)));
    return model;
  }

  private static Account account(String username, Role role) {
    return new Account(
        username, username + "@example.org", "Ada", "Lovelace", role, false, SOME_TIME);
  }

  private static Map<String, Object> upload(Map<String, Object> more) {
    Map<String, Object> model = new HashMap<>(more);
    model.put("topK", 5);
    model.put("brands", BRANDS);
    model.put("maxBytes", 10L << 20);
    return model;
  }

  private static Map<String, Object> result(Verdict verdict, int topK) {
    return Map.of(
        "prediction", shown(verdict, topK, "IMG_2041.jpg", 0.931, null), "brands", BRANDS);
  }

  private static Map<String, Object> longResult() {
    return Map.of(
        "prediction", shown(Verdict.UNSURE, 25, LONG_NAME, 0.42, "Rolls-Royce"), "brands", BRANDS);
  }

  private static Map<String, Object> resultWithoutPhoto() {
    return Map.of(
        "prediction",
        shown("Audi", 0, Verdict.CONFIDENT, 5, "IMG_2041.jpg", 0.931, null, false),
        "brands",
        BRANDS.subList(3, BRANDS.size()));
  }

  private static Map<String, Object> history(int count) {
    return history(count, Map.of());
  }

  private static Map<String, Object> history(int count, Map<String, Object> more) {
    List<Verdict> verdicts = List.of(Verdict.values());
    List<ShownPrediction> predictions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Verdict verdict = verdicts.get(i % verdicts.size());
      String name = i == 4 ? LONG_NAME : "IMG_" + (2041 + i) + ".jpg";
      String brand = i % 2 == 0 ? "Audi" : "Volvo";
      predictions.add(shown(brand, i, verdict, 5, name, 0.9, null, i != WITHOUT_PHOTO));
    }
    Map<String, Object> model = new HashMap<>();
    model.put("predictions", predictions);
    model.put("brands", BRANDS);
    model.put("verdicts", verdicts.stream().map(Verdict::code).toList());
    model.put("query", Map.of("brand", "Audi", "zone", "Europe/Berlin"));
    model.put("filtered", false);
    model.put("csv", "/api/v1/predictions/export?format=csv&brand=Audi");
    model.put("older", count == 0 ? null : "/history?after=cursor");
    model.put("undoMinutes", 10);
    model.putAll(more);
    return model;
  }

  private static ShownPrediction shown(
      Verdict verdict, int topK, String fileName, double first, @Nullable String correction) {
    return shown("Audi", 0, verdict, topK, fileName, first, correction, true);
  }

  private static ShownPrediction shown(
      String brand,
      int number,
      Verdict verdict,
      int topK,
      String fileName,
      double first,
      @Nullable String correction,
      boolean kept) {
    List<Scored> brands = new ArrayList<>();
    double left = 1;
    double share = first;
    List<String> names = new ArrayList<>(BRANDS);
    names.remove(brand);
    names.add(0, brand);
    for (int i = 0; i < topK; i++) {
      brands.add(new Scored(names.get(i), share));
      left -= share;
      share = left * 0.6;
    }
    return new ShownPrediction(
        new UUID(0x0192_aaaa_0000_7000L, 0x8000_0000_0000_0000L + number),
        SOME_TIME.minusSeconds(4_321L * number),
        fileName,
        1632,
        // The size of the image that photo() sends: another aspect ratio would shift the layout.
        number % 2 == 1 ? 990 : 1200,
        "marque-1",
        verdict,
        verdict == Verdict.NOT_A_CAR ? 0.012 : 0.998,
        accuracy(verdict, fileName, kept),
        brands,
        List.of(
            new Scored("Audi S4 Sedan 2007", 0.512),
            new Scored("Audi 100 Sedan 1994", 0.301),
            new Scored("Mercedes-Benz SL-Class Coupe 2009", 0.1)),
        verdict == Verdict.NOT_A_CAR ? Traits.NONE : new Traits(BodyType.COUPE, 2000),
        verdict == Verdict.UNSURE ? List.of("too_dark", "car_small") : List.of(),
        11.4,
        correction,
        kept,
        kept);
  }

  private static double accuracy(Verdict verdict, String fileName, boolean kept) {
    if (verdict == Verdict.CONFIDENT) {
      return kept ? 0.97 : 0.999;
    }
    return fileName.equals(LONG_NAME) ? NOT_CALIBRATED : 0.71;
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static void photo(RoutingContext ctx) {
    if (ctx.request().path().endsWith(".png")) {
      ctx.fail(404);
      return;
    }
    // Results with an odd number show the other car.
    boolean odd = ctx.request().path().matches(".*[13579bdf]/[a-z]+\\.jpg");
    ctx.response()
        .putHeader("Content-Type", "image/jpeg")
        .end(read(odd ? "photos/volvo.jpg" : "static/example.jpg"));
  }

  private static Buffer read(String resource) {
    try (InputStream in = PagePreview.class.getClassLoader().getResourceAsStream(resource)) {
      return in == null ? Buffer.buffer() : Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves the preview until it is stopped. */
  public static void main(String[] arguments) throws InterruptedException {
    try (PagePreview preview = new PagePreview(Integer.parseInt(arguments[0]))) {
      System.out.println(preview.baseUrl() + " " + preview.names());
      TimeUnit.DAYS.sleep(1);
    }
  }
}
