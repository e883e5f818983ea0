package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Checks that the deployment files use existing settings with valid values. */
class DeployTest {

  private static final Path DEPLOY = Path.of("deploy");
  private static final Pattern VARIABLE = Pattern.compile("MARQUE_[A-Z_]+");

  @TempDir private Path folder;

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(DEPLOY)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Path> yaml() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith(".yaml")).toList();
  }

  private static Iterable<Object> documents(Path file) throws IOException {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    return new Yaml(strict).loadAll(Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_variable_is_a_setting(Path file) throws IOException {
    Set<String> known =
        SettingsFile.names().stream()
            .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
            .collect(Collectors.toSet());
    Set<String> named =
        VARIABLE
            .matcher(Files.readString(file))
            .results()
            .map(match -> match.group())
            .collect(Collectors.toCollection(TreeSet::new));
    named.removeAll(known);
    assertTrue(named.isEmpty(), file + " uses unknown settings " + named);
  }

  @ParameterizedTest
  @MethodSource("yaml")
  void every_yaml_file_contains_documents_of_a_known_kind(Path file) throws IOException {
    for (Object document : documents(file)) {
      Map<?, ?> map = (Map<?, ?>) document;
      assertTrue(
          Stream.of("kind", "services", "groups", "scrape_configs").anyMatch(map::containsKey),
          file.toString());
    }
  }

  @Test
  void the_documentation_says_what_to_do_about_every_alert() throws IOException {
    String operation = Files.readString(Path.of("docs", "operation.md"));
    for (Object document : documents(DEPLOY.resolve("prometheus/alerts.yaml"))) {
      for (Object group : (List<?>) ((Map<?, ?>) document).get("groups")) {
        for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
          Object name = ((Map<?, ?>) rule).get("alert");
          assertTrue(operation.contains("`" + name + "`"), "docs/operation.md lacks " + name);
        }
      }
    }
  }

  @Test
  void prometheus_scrapes_every_node_of_the_compose_file() throws IOException {
    String configuration = Files.readString(DEPLOY.resolve("prometheus/prometheus.yaml"));
    for (Object name : services().keySet()) {
      boolean node = name.toString().matches("(web|inference)-\\d+");
      assertEquals(node, configuration.contains("\"" + name + ":9090\""), "" + name);
    }
  }

  /** Returns the panels of the dashboard, without the rows that group them. */
  private static List<JsonObject> panels() throws IOException {
    JsonObject dashboard = new JsonObject(Files.readString(DEPLOY.resolve("grafana/marque.json")));
    return dashboard.getJsonArray("panels").stream()
        .map(JsonObject.class::cast)
        .filter(panel -> !panel.getString("type").equals("row"))
        .toList();
  }

  /** Grafana tells panels apart by their id. */
  @Test
  void every_panel_of_the_dashboard_has_an_id_of_its_own() throws IOException {
    List<Integer> ids = panels().stream().map(panel -> panel.getInteger("id")).toList();
    assertEquals(ids.stream().distinct().toList(), ids);
  }

  /** Otherwise panels would show other programs, and all nodes if some are chosen. */
  @Test
  void every_metric_of_the_dashboard_is_selected_by_job_and_instance() throws IOException {
    Pattern selected = Pattern.compile("\\w+_\\w+\\{job=~\"\\$job\", instance=~\"\\$instance\"");
    Pattern metric = Pattern.compile("\\b(marque|vertx|jvm|process|system)_\\w+");
    int metrics = 0;
    for (JsonObject panel : panels()) {
      for (Object target : panel.getJsonArray("targets")) {
        String expression = ((JsonObject) target).getString("expr");
        assertEquals(
            metric.matcher(expression).results().count(),
            selected.matcher(expression).results().count(),
            expression);
        metrics++;
      }
    }
    assertTrue(metrics > 40, metrics + " expressions");
  }

  private static Map<?, ?> compose() throws IOException {
    return (Map<?, ?>) documents(DEPLOY.resolve("compose.yaml")).iterator().next();
  }

  /** Returns the services of the compose file by name. */
  private static Map<?, ?> services() throws IOException {
    return (Map<?, ?>) compose().get("services");
  }

  /** Without a name, Compose takes that of the folder, which other projects use as well. */
  @Test
  void the_containers_and_volumes_of_the_compose_file_are_named_after_marque() throws IOException {
    assertEquals("marque", compose().get("name"));
  }

  /** On a busy machine a node needs two minutes; {@code up --wait} gives up on an unhealthy one. */
  @Test
  void the_image_counts_as_unhealthy_only_after_a_slow_start() throws IOException {
    String image = Files.readString(DEPLOY.resolve("Dockerfile"));
    Matcher period = Pattern.compile("--start-period=(\\d+)m ").matcher(image);
    assertTrue(period.find() && Integer.parseInt(period.group(1)) >= 5, image);
  }

  @Test
  void libraries_are_in_layers_before_the_code() throws IOException {
    String image = Files.readString(DEPLOY.resolve("Dockerfile"));
    List<String> folders =
        Pattern.compile("COPY --from=build \\S+ (\\S+)")
            .matcher(image)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(List.of("/opt/djl", "/opt/marque/lib", "/opt/marque"), folders);
  }

  @Test
  void every_service_of_the_compose_file_limits_its_logs() throws IOException {
    services()
        .forEach(
            (name, service) ->
                assertEquals(
                    Map.of("driver", "local"), ((Map<?, ?>) service).get("logging"), "" + name));
  }

  @Test
  void the_proxy_sends_the_requests_of_a_lost_node_to_another() throws IOException {
    String proxy = Files.readString(DEPLOY.resolve("Caddyfile"));
    assertTrue(proxy.contains("lb_try_duration 5s") && proxy.contains("fail_duration 5s"), proxy);
  }

  @Test
  void the_proxy_removes_a_name_of_the_user_that_a_browser_sends() throws IOException {
    String proxy = Files.readString(DEPLOY.resolve("Caddyfile"));
    assertTrue(proxy.contains("header_up -X-Remote-User"), proxy);
  }

  /** Otherwise a node may close a connection just when the proxy sends a request on it. */
  @Test
  void the_proxy_closes_idle_connections_before_a_node_does() throws IOException {
    String proxy = Files.readString(DEPLOY.resolve("Caddyfile"));
    assertTrue(proxy.contains("keepalive 60s"), proxy);
  }

  /** Returns the environment variables of a service of the compose file. */
  private static Map<?, ?> environment(String name) throws IOException {
    Map<?, ?> service = (Map<?, ?>) services().get(name);
    assertFalse(service == null, name);
    return (Map<?, ?>) service.get("environment");
  }

  @Test
  void every_node_of_the_compose_file_has_valid_settings() throws IOException {
    for (String name : List.of("web-1", "web-2", "inference-1", "inference-2")) {
      Map<String, String> variables =
          environment(name).entrySet().stream()
              .collect(
                  Collectors.toMap(
                      entry -> (String) entry.getKey(), entry -> substituted(entry.getValue())));
      assertValid(variables, name);
    }
  }

  /** Asserts that a node has valid settings, and the role that its name contains. */
  private void assertValid(Map<String, String> variables, String name) {
    Settings settings =
        assertDoesNotThrow(() -> SettingsFile.load(variables, folder), name + " " + variables);
    assertTrue(settings.clustered(), name);
    assertEquals(Settings.LogFormat.JSON, settings.logs().format(), name);
    assertTrue(name.contains(settings.role().name().toLowerCase(Locale.ROOT)), name);
  }

  /** Substitutes variables as Compose does, with a placeholder for every secret. */
  private static String substituted(Object value) {
    return value
        .toString()
        .replaceAll("\\$\\{[A-Z_]+:-([^}]*)}", "$1")
        .replaceAll("\\$\\{[^}]*}", "secret");
  }

  /** Returns the pod specs of the Kubernetes manifests by name. */
  private static Map<String, Map<?, ?>> pods() throws IOException {
    Map<String, Map<?, ?>> pods = new TreeMap<>();
    for (Path file : yaml()) {
      for (Object document : documents(file)) {
        Map<?, ?> manifest = (Map<?, ?>) document;
        if (manifest.get("spec") instanceof Map<?, ?> spec
            && spec.get("template") instanceof Map<?, ?> template) {
          Map<?, ?> metadata = (Map<?, ?>) manifest.get("metadata");
          pods.put((String) metadata.get("name"), (Map<?, ?>) template.get("spec"));
        }
      }
    }
    assertEquals(Set.of("marque-web", "marque-inference"), pods.keySet());
    return pods;
  }

  @Test
  void no_pod_gets_service_variables_that_would_be_read_as_settings() throws IOException {
    pods().forEach((name, pod) -> assertEquals(false, pod.get("enableServiceLinks"), name));
  }

  /**
   * Java hashes one password per core that it sees, with 19 MiB each, within half of the memory.
   */
  @Test
  void every_pod_limits_java_to_a_few_cores() throws IOException {
    pods()
        .forEach(
            (name, pod) -> {
              Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).get(0);
              assertTrue(
                  ((List<?>) container.get("env"))
                      .stream().anyMatch(each -> each.toString().contains("ActiveProcessorCount=")),
                  name);
            });
  }

  @Test
  void the_web_nodes_of_the_compose_file_limit_java_to_a_few_cores() throws IOException {
    for (String name : List.of("web-1", "web-2")) {
      assertTrue(environment(name).toString().contains("ActiveProcessorCount="), name);
    }
  }

  @Test
  void every_pod_has_valid_settings() throws IOException {
    String kustomization = Files.readString(DEPLOY.resolve("kubernetes/kustomization.yaml"));
    Map<String, String> shared = new TreeMap<>();
    Matcher literal = Pattern.compile("- (MARQUE_[A-Z_]+)=(.*)").matcher(kustomization);
    while (literal.find()) {
      shared.put(literal.group(1), literal.group(2));
    }
    assertFalse(shared.isEmpty());
    Map<String, String> secrets = new TreeMap<>();
    Matcher secret = Pattern.compile("--from-literal=([a-z-]+)=(\\S+)").matcher(kustomization);
    while (secret.find()) {
      secrets.put(secret.group(1), secret.group(2).replaceAll("\\$\\(.*", "secret"));
    }
    pods()
        .forEach(
            (name, pod) -> {
              Map<String, String> variables = new TreeMap<>(shared);
              Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).get(0);
              for (Object each : (List<?>) container.get("env")) {
                Map<?, ?> variable = (Map<?, ?>) each;
                variables.put((String) variable.get("name"), value(variable, secrets));
              }
              assertValid(variables, name);
            });
  }

  private static String value(Map<?, ?> variable, Map<String, String> secrets) {
    if (!(variable.get("valueFrom") instanceof Map<?, ?> source)) {
      return variable.get("value").toString();
    }
    return source.get("secretKeyRef") instanceof Map<?, ?> secret
        ? Objects.requireNonNull(secrets.get(secret.get("key")), secret.toString())
        : "10.0.0.7";
  }

  @Test
  void the_image_uses_the_memory_options_of_the_launcher() throws IOException {
    String launcher = quoted("memory", Path.of("src/main/distribution/bin/marque"));
    String image = quoted("JAVA_OPTS", DEPLOY.resolve("Dockerfile"));
    assertTrue(image.startsWith(launcher + " "), image + " does not start with " + launcher);
  }

  /** Returns the quoted text that a file assigns to a variable. */
  private static String quoted(String variable, Path file) throws IOException {
    Matcher text =
        Pattern.compile("\\b" + variable + "=\"([^\"]*)\"").matcher(Files.readString(file));
    assertTrue(text.find(), file.toString());
    return text.group(1);
  }
}
