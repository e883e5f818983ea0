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
 * Checks responses against {@code openapi.yaml}: status, media type, headers and the complete body
 * must conform, and paths and methods that it does not define must be rejected.
 *
 * <p>Every API client of the tests passes every response to this class, so no test can succeed on a
 * response that violates the contract.
 */
public final class Contract {

  /** The base path of all paths in the contract. */
  public static final String ROOT = "/api/v1";

  private static final String NAMED_SCHEMAS = "https://marque.dev/openapi/schemas";
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
      // The named schemas form a schema document of their own, to which the rest refers.
      String text =
          JSON.writeValueAsString(JSON.<JsonNode>valueToTree(new Yaml().load(in)))
              .replace("\"#/components/schemas/", "\"" + NAMED_SCHEMAS + "#/$defs/");
      document = JSON.readTree(text);
      String named =
          JSON.createObjectNode().set("$defs", document.at("/components/schemas")).toString();
      schemas =
          SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              registry ->
                  registry
                      .schemas(Map.of(NAMED_SCHEMAS, named))
                      .schemaRegistryConfig(
                          SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the contract of Marque. */
  public static Contract ofMarque() {
    return MARQUE;
  }

  /**
   * Checks a response; one that does not come from the API passes.
   *
   * @throws AssertionError if the response violates the contract
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

  /**
   * Returns the method and path of every operation by its id, for example {@code GET /me} for
   * {@code me}.
   */
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

  /** Returns whether the contract defines a response with this status for an operation. */
  public boolean definesResponse(String operation, int status) {
    return operation(operation).get("responses").has(Integer.toString(status));
  }

  /** Returns whether an operation requires no authentication. */
  public boolean isPublic(String operation) {
    JsonNode security = operation(operation).get("security");
    return security != null && security.isEmpty();
  }

  /** Returns whether an operation accepts a JSON body. */
  public boolean acceptsJson(String operation) {
    return operation(operation).at("/requestBody/content").has("application/json");
  }

  /** Returns every value of a keyword in the document, for example of {@code oneOf}. */
  public List<JsonNode> values(String keyword) {
    return document.findValues(keyword);
  }

  /** Returns every example of a request, response or schema by its JSON pointer. */
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
   * Validates a value against the schema that an example belongs to.
   *
   * @param example JSON pointer of the example, as in {@link #examples()}
   * @return the violations, empty if the value conforms
   */
  public List<String> violations(String example, JsonNode value) {
    String owner = example.replaceFirst("/examples?(/[^/]*)?$", "");
    String schema = document.at(owner).has("schema") ? owner + "/schema" : owner;
    return errors(schema, value).stream().map(Error::toString).toList();
  }

  /** Returns the JSON pointers of an operation's required parameters and of its JSON body. */
  public List<String> requiredInputs(String operation) {
    String[] at = operations().get(operation).split(" ", 2);
    String path = "/paths/" + escaped(at[1]);
    String own = path + "/" + at[0].toLowerCase(Locale.ROOT);
    List<String> requiredInputs = new ArrayList<>();
    for (String list : List.of(path + "/parameters", own + "/parameters")) {
      for (int i = 0; i < document.at(list).size(); i++) {
        String parameter = resolved(list + "/" + i);
        if (document.at(parameter).path("required").asBoolean()) {
          requiredInputs.add(parameter);
        }
      }
    }
    String json = own + "/requestBody/content/application~1json";
    if (!document.at(json).isMissingNode()) {
      requiredInputs.add(json);
    }
    return requiredInputs;
  }

  private JsonNode operation(String operation) {
    String[] at = operations().get(operation).split(" ", 2);
    return pathItem(at[1]).get(at[0].toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the operation that handles a request, for example {@code GET /predictions/{id}}, or
   * empty if the contract defines none.
   */
  public Optional<String> operationOf(String method, String path) {
    return templateOf(path)
        .filter(template -> methods(pathItem(template)).contains(method))
        .map(template -> method + " " + template);
  }

  void check(String method, String path, int status, HttpHeaders headers, String body) {
    ResponseCheck check =
        new ResponseCheck(method + " " + path + " returned " + status, headers, body);
    Optional<String> template = templateOf(path);
    if (template.isEmpty()) {
      check.require(status == 404 || status == 400, "the contract defines no such path");
      check.requireProblem();
      return;
    }
    Set<String> allowed = allowed(pathItem(template.get()));
    if (!allowed.contains(method)) {
      check.require(status == 405, "the contract defines no such method for this path");
      check.requireAllow(allowed);
      check.requireProblem();
    } else if (method.equals("OPTIONS")) {
      check.require(status == 204, "OPTIONS must return 204");
      check.requireAllow(allowed);
    } else {
      boolean head = method.equals("HEAD");
      String operation = head ? "get" : method.toLowerCase(Locale.ROOT);
      String at = "/paths/" + escaped(template.get()) + "/" + operation + "/responses/" + status;
      check.requireResponse(at, head);
    }
  }

  private Optional<String> templateOf(String path) {
    String below = path.substring(ROOT.length()).replaceAll("(?<=.)/$", "");
    List<String> matching = new ArrayList<>();
    document.get("paths").fieldNames().forEachRemaining(matching::add);
    matching.removeIf(template -> !below.matches(template.replaceAll("\\{[^}]*}", "[^/]+")));
    // A fixed path takes precedence over one with a placeholder.
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

  /**
   * Returns the pointer of what {@code $ref} finally refers to, or the pointer itself without one.
   */
  private String resolved(String pointer) {
    JsonNode node = document.at(pointer);
    return node.has("$ref") ? resolved(node.get("$ref").asText().substring(1)) : pointer;
  }

  private List<Error> errors(String pointer, JsonNode value) {
    return compiled
        .computeIfAbsent(pointer, at -> schemas.getSchema(document.at(at)))
        .validate(value);
  }

  /** The checks of one response. */
  private final class ResponseCheck {

    private final String what;
    private final HttpHeaders headers;
    private final String body;

    ResponseCheck(String what, HttpHeaders headers, String body) {
      this.what = what;
      this.headers = headers;
      this.body = body;
    }

    void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new AssertionError(what + ", but " + otherwise + ": " + headers.map() + "\n" + body);
      }
    }

    void requireAllow(Set<String> expected) {
      Set<String> actual = new TreeSet<>(List.of(header("Allow").split(", ", -1)));
      require(expected.equals(actual), "Allow must be " + expected);
    }

    void requireProblem() {
      require(mediaType().equals("application/problem+json"), "this is not a problem document");
      requireSchema("/components/schemas/Problem", json());
    }

    void requireResponse(String pointer, boolean head) {
      require(!document.at(pointer).isMissingNode(), "the contract defines no such status");
      String at = resolved(pointer);
      JsonNode response = document.at(at);
      response.path("headers").properties().forEach(header -> requireHeader(at, header.getKey()));
      JsonNode content = response.path("content");
      if (content.isEmpty()) {
        require(body.isEmpty(), "the contract defines no body");
        return;
      }
      require(content.has(mediaType()), "the contract defines no such media type");
      boolean json = mediaType().matches("application/(.+\\+)?json");
      boolean yaml = mediaType().equals("application/yaml");
      if ((json || yaml) && !head) {
        requireSchema(
            at + "/content/" + escaped(mediaType()) + "/schema",
            json ? json() : JSON.valueToTree(new Yaml().load(body)));
      }
    }

    private void requireHeader(String response, String name) {
      String at = resolved(response + "/headers/" + name);
      String value = header(name);
      boolean required = document.at(at).path("required").asBoolean();
      require(!required || !value.isEmpty(), "the header " + name + " is missing");
      if (!value.isEmpty()) {
        boolean number = document.at(at).path("schema").path("type").asText().equals("integer");
        requireSchema(
            at + "/schema",
            number && value.matches("[0-9]{1,9}")
                ? IntNode.valueOf(Integer.parseInt(value))
                : TextNode.valueOf(value));
      }
    }

    private void requireSchema(String pointer, JsonNode value) {
      List<Error> errors = errors(pointer, value);
      String found = errors.stream().map(Error::toString).collect(Collectors.joining("; "));
      require(errors.isEmpty(), "the value violates " + pointer + " (" + found + ")");
    }

    private JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JsonProcessingException e) {
        throw new AssertionError(what + ", but the body is not JSON: " + body, e);
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
