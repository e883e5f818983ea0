package dev.marque.contract;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.Yaml;

/**
 * {@code openapi.yaml} as a judge of answers: status, media type, headers and every part of the
 * body have to be as it says, and what it does not mention has to be refused.
 *
 * <p>Each client of the API in these tests gives it every answer, so that no test can see an answer
 * outside the contract and pass.
 */
public final class Contract {

  /** Where the paths of the contract begin. */
  public static final String ROOT = "/api/v1";

  private static final String NAMED = "https://marque.dev/openapi/schemas";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Contract MARQUE = new Contract();

  private final JsonNode document;
  private final SchemaRegistry schemas;
  private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

  private Contract() {
    try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
      // The named schemas alone are a schema document; to the rest of the contract they are remote.
      String text =
          JSON.writeValueAsString(JSON.<JsonNode>valueToTree(new Yaml().load(in)))
              .replace("\"#/components/schemas/", "\"" + NAMED + "#/$defs/");
      document = JSON.readTree(text);
      String named =
          JSON.createObjectNode().set("$defs", document.at("/components/schemas")).toString();
      schemas =
          SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              registry ->
                  registry
                      .schemas(Map.of(NAMED, named))
                      .schemaRegistryConfig(
                          SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The contract of this program. */
  public static Contract ofMarque() {
    return MARQUE;
  }

  /**
   * Judges an answer; one that does not come from the API passes.
   *
   * @throws AssertionError that says what is outside the contract
   */
  public static <T> HttpResponse<T> check(HttpResponse<T> response) {
    String path = response.request().uri().getRawPath();
    if (path.startsWith(ROOT + "/")) {
      Object body = response.body();
      String text =
          body instanceof byte[] bytes
              ? new String(bytes, StandardCharsets.UTF_8)
              : String.valueOf(body);
      String method = response.request().method();
      MARQUE.check(method, path, response.statusCode(), response.headers(), text);
    }
    return response;
  }

  /** Every operation by its name: {@code me} is {@code GET /me}. */
  public Map<String, String> operations() {
    Map<String, String> operations = new TreeMap<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                methods(path.getValue())
                    .forEach(
                        method ->
                            operations.put(
                                path.getValue()
                                    .get(method.toLowerCase(Locale.ROOT))
                                    .get("operationId")
                                    .asText(),
                                method + " " + path.getKey())));
    return operations;
  }

  /** Whether an operation may give an answer, according to the contract. */
  public boolean mayAnswer(String operation, int status) {
    return operation(operation).get("responses").has(Integer.toString(status));
  }

  /** Whether an operation needs nobody signed in. */
  public boolean isOpen(String operation) {
    JsonNode security = operation(operation).get("security");
    return security != null && security.isEmpty();
  }

  /** Whether an operation reads a JSON body. */
  public boolean readsJson(String operation) {
    return operation(operation).at("/requestBody/content").has("application/json");
  }

  /** Every example of a request, of an answer or of a schema, by where it stands. */
  public Map<String, JsonNode> examples() {
    Map<String, JsonNode> examples = new TreeMap<>();
    collectExamples("", document, examples);
    return examples;
  }

  private static void collectExamples(String at, JsonNode node, Map<String, JsonNode> found) {
    if (node.has("schema") && node.has("example")) {
      found.put(at + "/example", node.get("example"));
    }
    JsonNode several = node.path("examples");
    several
        .properties()
        .forEach(
            example ->
                found.put(
                    at + "/examples/" + escaped(example.getKey()),
                    example.getValue().get("value")));
    for (int i = 0; several.isArray() && i < several.size(); i++) {
      found.put(at + "/examples/" + i, several.get(i));
    }
    node.properties()
        .forEach(
            child -> collectExamples(at + "/" + escaped(child.getKey()), child.getValue(), found));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collectExamples(at + "/" + i, node.get(i), found);
    }
  }

  /**
   * What the schema beside an example says against a value.
   *
   * @param example where it stands, as {@link #examples()} says
   */
  public List<String> faults(String example, JsonNode value) {
    String owner = example.replaceFirst("/examples?(/[^/]*)?$", "");
    String schema = document.at(owner).has("schema") ? owner + "/schema" : owner;
    return errors(schema, value).stream().map(Error::toString).toList();
  }

  /** The parameters that an operation cannot do without, and its body, by where each stands. */
  public List<String> needs(String operation) {
    String[] at = operations().get(operation).split(" ", 2);
    String path = "/paths/" + escaped(at[1]);
    String own = path + "/" + at[0].toLowerCase(Locale.ROOT);
    List<String> needs = new ArrayList<>();
    for (String list : List.of(path + "/parameters", own + "/parameters")) {
      for (int i = 0; i < document.at(list).size(); i++) {
        String parameter = resolved(list + "/" + i);
        if (document.at(parameter).path("required").asBoolean()) {
          needs.add(parameter);
        }
      }
    }
    String json = own + "/requestBody/content/application~1json";
    if (!document.at(json).isMissingNode()) {
      needs.add(json);
    }
    return needs;
  }

  private JsonNode operation(String operation) {
    String[] at = operations().get(operation).split(" ", 2);
    return pathItem(at[1]).get(at[0].toLowerCase(Locale.ROOT));
  }

  /** The operation that answers a request, for example {@code GET /predictions/{id}}. */
  public Optional<String> operationOf(String method, String path) {
    return templateOf(path)
        .filter(template -> methods(pathItem(template)).contains(method))
        .map(template -> method + " " + template);
  }

  void check(String method, String path, int status, HttpHeaders headers, String body) {
    Judgement judgement = new Judgement(method + " " + path + " answered " + status, headers, body);
    Optional<String> template = templateOf(path);
    if (template.isEmpty()) {
      judgement.require(status == 404 || status == 400, "the contract has no such path");
      judgement.problem();
      return;
    }
    Set<String> allowed = allowed(pathItem(template.get()));
    if (!allowed.contains(method)) {
      judgement.require(status == 405, "the contract has no such method there");
      judgement.allow(allowed);
      judgement.problem();
    } else if (method.equals("OPTIONS")) {
      judgement.require(status == 204, "OPTIONS is answered 204");
      judgement.allow(allowed);
    } else {
      boolean head = method.equals("HEAD");
      String operation = head ? "get" : method.toLowerCase(Locale.ROOT);
      String at = "/paths/" + escaped(template.get()) + "/" + operation + "/responses/" + status;
      judgement.answer(at, head);
    }
  }

  private Optional<String> templateOf(String path) {
    String below = path.substring(ROOT.length()).replaceAll("(?<=.)/$", "");
    List<String> matching = new ArrayList<>();
    document.get("paths").fieldNames().forEachRemaining(matching::add);
    matching.removeIf(template -> !below.matches(template.replaceAll("\\{[^}]*}", "[^/]+")));
    // A fixed path counts before one with a placeholder.
    return matching.stream().min((a, b) -> Boolean.compare(a.contains("{"), b.contains("{")));
  }

  private JsonNode pathItem(String template) {
    return document.get("paths").get(template);
  }

  private static List<String> methods(JsonNode pathItem) {
    List<String> methods = new ArrayList<>();
    for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
      if (pathItem.has(method.toLowerCase(Locale.ROOT))) {
        methods.add(method);
      }
    }
    return methods;
  }

  private static Set<String> allowed(JsonNode pathItem) {
    Set<String> allowed = new TreeSet<>(methods(pathItem));
    allowed.add("OPTIONS");
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    return allowed;
  }

  private static String escaped(String template) {
    return template.replace("~", "~0").replace("/", "~1");
  }

  /** Follows {@code $ref} until something is there itself; answers where that is. */
  private String resolved(String pointer) {
    JsonNode node = document.at(pointer);
    return node.has("$ref") ? resolved(node.get("$ref").asText().substring(1)) : pointer;
  }

  private List<Error> errors(String pointer, JsonNode value) {
    return compiled
        .computeIfAbsent(pointer, at -> schemas.getSchema(document.at(at)))
        .validate(value);
  }

  /** One answer in front of the contract. */
  private final class Judgement {

    private final String what;
    private final HttpHeaders headers;
    private final String body;

    Judgement(String what, HttpHeaders headers, String body) {
      this.what = what;
      this.headers = headers;
      this.body = body;
    }

    void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new AssertionError(what + ", but " + otherwise + ": " + headers.map() + "\n" + body);
      }
    }

    void allow(Set<String> expected) {
      Set<String> told = new TreeSet<>(List.of(header("Allow").split(", ", -1)));
      require(expected.equals(told), "Allow has to be " + expected);
    }

    void problem() {
      require(mediaType().equals("application/problem+json"), "that is no problem document");
      schema("/components/schemas/Problem", json());
    }

    void answer(String pointer, boolean head) {
      require(!document.at(pointer).isMissingNode(), "the contract has no such status");
      String at = resolved(pointer);
      JsonNode answer = document.at(at);
      answer.path("headers").properties().forEach(header -> header(at, header.getKey()));
      JsonNode content = answer.path("content");
      if (content.isEmpty()) {
        require(body.isEmpty(), "the contract has no body there");
        return;
      }
      require(content.has(mediaType()), "the contract has no such content");
      boolean json = mediaType().matches("application/(.+\\+)?json");
      boolean yaml = mediaType().equals("application/yaml");
      if ((json || yaml) && !head) {
        schema(
            at + "/content/" + escaped(mediaType()) + "/schema",
            json ? json() : JSON.valueToTree(new Yaml().load(body)));
      }
    }

    private void header(String answer, String name) {
      String at = resolved(answer + "/headers/" + name);
      String value = header(name);
      boolean required = document.at(at).path("required").asBoolean();
      require(!required || !value.isEmpty(), "the header " + name + " is missing");
      if (!value.isEmpty()) {
        boolean number = document.at(at).path("schema").path("type").asText().equals("integer");
        schema(
            at + "/schema",
            number && value.matches("[0-9]{1,9}")
                ? IntNode.valueOf(Integer.parseInt(value))
                : TextNode.valueOf(value));
      }
    }

    private void schema(String pointer, JsonNode value) {
      List<Error> errors = errors(pointer, value);
      String found = errors.stream().map(Error::toString).collect(Collectors.joining("; "));
      require(errors.isEmpty(), "that is not what " + pointer + " says (" + found + ")");
    }

    private JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new AssertionError(what + ", but the body is no JSON: " + body, e);
      }
    }

    private String mediaType() {
      return header("Content-Type").replaceAll("\\s*;.*", "").toLowerCase(Locale.ROOT);
    }

    private String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }
}
