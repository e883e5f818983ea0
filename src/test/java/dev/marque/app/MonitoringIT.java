package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import dev.marque.web.RawHttp;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Tests that the alert rules and the dashboard use only metrics that a server exposes. */
@RunsConcurrently
class MonitoringIT {

  private static final Pattern METRIC =
      Pattern.compile("\\b(?:marque|vertx|jvm|process|system)_[a-z_]+");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)[{ ]");
  private static final Pattern SELECTION =
      Pattern.compile("\\b((?:marque|vertx|jvm|process|system)_[a-z_]+)\\{([^}]*)}");
  private static final Pattern EQUAL_LABEL = Pattern.compile("\\w+=\"[^\"]*\"");

  /** Expressions that use only Prometheus's own metrics about its targets. */
  private static final Pattern PROMETHEUS_ONLY =
      Pattern.compile("up\\{.*} == 0|absent\\(up\\{.*}\\)");

  /** The suffixes of one metric's several samples. */
  private static final String SUFFIX = "_(bucket|count|sum|max)$";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static String get(String address) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), address);
    return answer.body();
  }

  private static Set<String> found(Pattern pattern, int group, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> alertExpressions() throws IOException {
    Map<?, ?> rules =
        new Yaml(new LoaderOptions())
            .load(Files.readString(Path.of("deploy/prometheus/alerts.yaml")));
    List<String> expressions = new ArrayList<>();
    for (Object group : (List<?>) rules.get("groups")) {
      for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
        expressions.add(((Map<?, ?>) rule).get("expr").toString());
      }
    }
    return expressions;
  }

  private static List<String> dashboardExpressions() throws IOException {
    JsonObject dashboard = new JsonObject(Files.readString(Path.of("deploy/grafana/marque.json")));
    List<String> expressions = new ArrayList<>();
    JsonArray panels = dashboard.getJsonArray("panels");
    for (int p = 0; p < panels.size(); p++) {
      JsonObject panel = panels.getJsonObject(p);
      if (panel.getString("type").equals("row")) {
        continue;
      }
      JsonArray targets = panel.getJsonArray("targets");
      for (int t = 0; t < targets.size(); t++) {
        expressions.add(targets.getJsonObject(t).getString("expr"));
      }
    }
    return expressions;
  }

  /** Returns the metrics of a server that has served a page and collected garbage. */
  private static String metrics() throws IOException, InterruptedException {
    RunningServer server = RunningServer.shared();
    get(server.baseUrl() + "/login");
    System.gc();
    String metrics = get(server.managementUrl() + "/metrics");
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!metrics.contains("\njvm_gc_pause_seconds_sum") && System.nanoTime() < end) {
      metrics = get(server.managementUrl() + "/metrics");
    }
    return metrics;
  }

  @Test
  void every_metric_of_marque_is_on_the_dashboard() throws Exception {
    String dashboard = String.join("\n", dashboardExpressions());
    for (String name : found(SAMPLE, 1, metrics())) {
      if (name.startsWith("marque_")) {
        assertTrue(dashboard.contains(name.replaceAll(SUFFIX, "")), name + " is on no panel");
      }
    }
  }

  @Test
  void every_label_selected_by_alerts_and_dashboard_exists() throws Exception {
    String metrics = metrics();
    List<String> expressions = new ArrayList<>(alertExpressions());
    expressions.addAll(dashboardExpressions());
    int selections = 0;
    for (String expression : expressions) {
      for (MatchResult selection : SELECTION.matcher(expression).results().toList()) {
        Set<String> labels = found(EQUAL_LABEL, 0, selection.group(2));
        // No test causes status 500, so it has no sample.
        labels.remove("code=\"500\"");
        for (String label : labels) {
          selections++;
          boolean there =
              metrics
                  .lines()
                  .filter(line -> line.startsWith(selection.group(1) + "{"))
                  .anyMatch(line -> line.contains(label));
          assertTrue(there, selection.group() + " of " + expression);
        }
      }
    }
    assertTrue(selections > 8, "checked " + selections);
  }

  @Test
  void every_metric_used_by_alerts_and_dashboard_exists() throws Exception {
    Set<String> served = found(SAMPLE, 1, metrics());
    List<String> expressions = new ArrayList<>(alertExpressions());
    expressions.addAll(dashboardExpressions());
    assertTrue(expressions.size() > 15, expressions.toString());
    for (String expression : expressions) {
      Set<String> named = found(METRIC, 0, expression);
      assertTrue(!named.isEmpty() || PROMETHEUS_ONLY.matcher(expression).matches(), expression);
      named.removeAll(served);
      assertEquals(Set.of(), named, "not exposed, but used by " + expression);
    }
  }

  /** Each method's metrics would be kept forever, and clients can invent any number. */
  @Test
  void unknown_http_methods_are_counted_as_one() throws Exception {
    int port = URI.create(RunningServer.shared().baseUrl()).getPort();
    for (int i = 0; i < 5; i++) {
      String request = "MADE-UP-%d / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      RawHttp.exchange(port, request.formatted(i));
    }
    String metrics = metrics();
    assertFalse(metrics.contains("MADE-UP"), "they are distinguished");
    assertTrue(metrics.contains("method=\"other\""), "they are not counted");
  }
}
