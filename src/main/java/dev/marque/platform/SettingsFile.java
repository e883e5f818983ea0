package dev.marque.platform;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads {@link Settings} from, in this order: the environment, {@code marque.yaml}, defaults. */
public final class SettingsFile {

  private static final String NAME = "marque.yaml";
  private static final String ENVIRONMENT_PREFIX = "MARQUE_";
  private static final Pattern NAME_IN_PROBLEM =
      Pattern.compile("config property (marque[\\w.-]*)");

  private static final int ENVIRONMENT_ORDINAL = 300;
  private static final int FILE_ORDINAL = 200;
  private static final int INSTALLATION_ORDINAL = 100;

  /** Maps each name, for example {@code marque.http.port}, to the method that declares it. */
  private static final Map<String, Method> KNOWN = knownSettings();

  private SettingsFile() {}

  /** Reads the settings from the environment and working folder of this process. */
  public static Settings load() {
    return load(System.getenv(), Path.of(""));
  }

  /**
   * Reads settings.
   *
   * @param environment environment variables; only those starting with {@code MARQUE_} are used
   * @param folder the folder that may contain {@code marque.yaml}
   * @throws StartFailure if a setting is unknown or its value is not allowed; the message names all
   *     such settings
   */
  public static Settings load(Map<String, String> environment, Path folder) {
    Map<String, String> variables = new TreeMap<>(environment);
    variables.keySet().removeIf(name -> !name.startsWith(ENVIRONMENT_PREFIX));
    List<ConfigSource> sources = new ArrayList<>();
    sources.add(new EnvConfigSource(variables, ENVIRONMENT_ORDINAL));
    Optional<ConfigSource> file = readFile(folder.resolve(NAME));
    file.ifPresent(sources::add);
    installedModel(folder).ifPresent(sources::add);

    List<String> problems = unknownVariables(variables.keySet());
    file.ifPresent(source -> problems.addAll(unknownNames(source.getPropertyNames())));
    throwIfAny(problems);
    try {
      return new SmallRyeConfigBuilder()
          .withSources(sources)
          .withMapping(Settings.class)
          .withValidateUnknown(false)
          .build()
          .unwrap(io.smallrye.config.SmallRyeConfig.class)
          .getConfigMapping(Settings.class);
    } catch (ConfigValidationException e) {
      for (int i = 0; i < e.getProblemCount(); i++) {
        problems.add(describe(e.getProblem(i).getMessage(), sources));
      }
      throwIfAny(problems);
      throw e;
    }
  }

  /** Returns the names of all settings, sorted. */
  static Collection<String> names() {
    return KNOWN.keySet();
  }

  private static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new StartFailure(String.join("; ", problems));
    }
  }

  private static Optional<ConfigSource> readFile(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      String text = Files.readString(file);
      requireMapping(text);
      Map<String, String> values = new TreeMap<>();
      new YamlConfigSource(NAME, text)
          .getProperties()
          // The parser quotes keys that contain dots, for example http.port: 80.
          .forEach((name, value) -> values.put(name.replace("\"", ""), value));
      return Optional.of(new PropertiesConfigSource(values, NAME, FILE_ORDINAL));
    } catch (MalformedInputException e) {
      throw new StartFailure(NAME + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new StartFailure(NAME + " cannot be read: " + e.getMessage(), e);
    } catch (MarkedYAMLException e) {
      // Without the cause: its message quotes the line, which may hold a secret.
      throw new StartFailure(NAME + " is not valid YAML: " + problem(e));
    } catch (StartFailure e) {
      throw e;
    } catch (RuntimeException e) {
      // The parser's message spans several lines; the first three say what is wrong and where.
      String where =
          String.valueOf(e.getMessage())
              .lines()
              .limit(3)
              .map(String::strip)
              .collect(Collectors.joining(", "));
      throw new StartFailure(NAME + " is not valid YAML: " + where, e);
    }
  }

  /** Without this check, a file without a mapping would be ignored silently. */
  private static void requireMapping(String text) {
    for (Node document : new Yaml(new LoaderOptions()).composeAll(new StringReader(text))) {
      if (!(document instanceof MappingNode || document.getTag().equals(Tag.NULL))) {
        throw new StartFailure(
            NAME + " is not a YAML mapping; it must look like: marque: {http: {port: 8080}}");
      }
    }
  }

  private static String problem(MarkedYAMLException e) {
    // YAML reads an unquoted value like *secret as an alias or a tag and quotes it in the problem.
    String problem = e.getProblem().replaceAll("(alias|handle|tag) .*", "$1");
    return "%s in line %d, column %d"
        .formatted(problem, e.getProblemMark().getLine() + 1, e.getProblemMark().getColumn() + 1);
  }

  /** Lets an installed Marque find its bundled model when started from another folder. */
  private static Optional<ConfigSource> installedModel(Path folder) {
    @Nullable String home = System.getProperty("marque.home");
    if (home == null || Files.exists(folder.resolve("model"))) {
      return Optional.empty();
    }
    return Optional.of(
        new PropertiesConfigSource(
            Map.of("marque.model-dir", Path.of(home, "model").toString()),
            "installation",
            INSTALLATION_ORDINAL));
  }

  private static List<String> unknownVariables(Collection<String> variables) {
    Map<String, String> known =
        KNOWN.keySet().stream().collect(Collectors.toMap(SettingsFile::variable, name -> name));
    List<String> problems = new ArrayList<>();
    for (String variable : variables) {
      if (!known.containsKey(variable)) {
        problems.add(
            "Unknown setting "
                + variable
                + " in the environment"
                + didYouMean(variable, known.keySet()));
      }
    }
    return problems;
  }

  private static List<String> unknownNames(Collection<String> names) {
    return names.stream()
        .map(name -> name.replaceAll("\\[\\d+]", ""))
        .distinct()
        .sorted()
        .filter(name -> !KNOWN.containsKey(name))
        .map(name -> "Unknown setting " + name + " in " + NAME + didYouMean(name, KNOWN.keySet()))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String didYouMean(String name, Collection<String> known) {
    return NearestName.of(name, known)
        .map(nearest -> ": did you mean " + nearest + "? " + allowedFor(nearest))
        .orElse(": the README lists all settings");
  }

  private static String allowedFor(String nameOrVariable) {
    for (Map.Entry<String, Method> known : KNOWN.entrySet()) {
      if (known.getKey().equals(nameOrVariable)
          || variable(known.getKey()).equals(nameOrVariable)) {
        return "It must be " + known.getValue().getAnnotation(Allowed.class).value();
      }
    }
    return "";
  }

  /** Rewords a message of the library: the setting, its source, its value and what is allowed. */
  private static String describe(String problem, List<ConfigSource> sources) {
    Matcher name = NAME_IN_PROBLEM.matcher(problem);
    Method method = name.find() ? KNOWN.get(name.group(1)) : null;
    if (method == null) {
      return problem;
    }
    String setting = name.group(1);
    Allowed allowed = method.getAnnotation(Allowed.class);
    boolean fromEnvironment = sources.get(0).getValue(setting) != null;
    String source =
        fromEnvironment ? variable(setting) + " in the environment" : setting + " in " + NAME;
    String value =
        sources.stream()
            .map(each -> each.getValue(setting))
            .filter(each -> each != null)
            .findFirst()
            .filter(each -> !allowed.secret())
            .map(each -> " is \"" + each + "\"")
            .orElse(" has a value that is not allowed");
    return source + value + ": it must be " + allowed.value();
  }

  private static String variable(String setting) {
    return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private static Map<String, Method> knownSettings() {
    Map<String, Method> known = new TreeMap<>();
    ConfigMappings.getProperties(ConfigClass.configClass(Settings.class))
        .forEach(
            (name, property) -> {
              if (property.getMethod().isAnnotationPresent(Allowed.class)) {
                known.put(name.replace("[*]", ""), property.getMethod());
              }
            });
    return known;
  }
}
