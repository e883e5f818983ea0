package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  @TempDir private Path folder;

  private Settings load(Map<String, String> environment) {
    return SettingsFile.load(environment, folder);
  }

  private String failureMessage(Map<String, String> environment) {
    StartFailure failure = assertThrows(StartFailure.class, () -> load(environment));
    return String.valueOf(failure.getMessage());
  }

  private void file(String yaml) throws IOException {
    Files.writeString(folder.resolve("marque.yaml"), yaml);
  }

  @Test
  void every_setting_has_the_documented_default() {
    Settings settings = load(Map.of());
    assertEquals("127.0.0.1", settings.http().host());
    assertEquals(8080, settings.http().port());
    assertEquals(9090, settings.management().port());
    assertEquals(Path.of("data"), settings.dataDir());
    assertTrue(settings.database().url().isEmbedded());
    assertTrue(settings.publicUrl().isEmpty());
    assertTrue(settings.signup().enabled());
    assertEquals(List.of(), settings.portal().origins());
    assertEquals(List.of(), settings.api().origins());
    assertEquals(List.of(), settings.proxy().trusted());
    assertEquals(List.of(), settings.signing().keys());
    assertTrue(settings.sso().header().name().isEmpty());
    assertTrue(settings.sso().header().signOutUrl().isEmpty());
    Settings.Sso.Oidc oidc = settings.sso().oidc();
    assertTrue(oidc.issuer().isEmpty());
    assertTrue(oidc.clientId().isEmpty());
    assertTrue(oidc.clientSecret().isEmpty());
    assertEquals("single sign-on", oidc.name());
    assertEquals("preferred_username", oidc.usernameClaim());
    assertTrue(oidc.roleClaim().isEmpty());
    assertTrue(oidc.adminRole().isEmpty());
    assertEquals(10 << 20, settings.limits().uploadBytes().bytes());
    assertEquals(40, settings.limits().megapixels());
    assertEquals(60, settings.limits().predictionsPerMinute());
    assertEquals(64, settings.limits().queue());
    assertEquals(Settings.KeptPhoto.COPY, settings.photos().keep());
    assertEquals(0, settings.photos().days());
    assertEquals(365, settings.audit().days());
    assertEquals(Settings.LogFormat.TEXT, settings.logs().format());
    assertEquals(Settings.LoggedRequests.NONE, settings.logs().requests());
    assertEquals(Settings.NodeRole.ALL, settings.role());
    assertFalse(settings.clustered());
    assertEquals(List.of(), settings.cluster().members());
    assertEquals("127.0.0.1", settings.cluster().host());
    assertEquals(5701, settings.cluster().port());
    assertEquals(0, settings.cluster().eventBusPort());
    assertEquals("marque", settings.cluster().name());
    assertEquals(Path.of("model"), settings.modelDir());
  }

  @Test
  void every_setting_can_be_set_in_the_environment() {
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("MARQUE_HTTP_HOST", "0.0.0.0"),
            Map.entry("MARQUE_HTTP_PORT", "1"),
            Map.entry("MARQUE_MANAGEMENT_PORT", "2"),
            Map.entry("MARQUE_DATA_DIR", "/d"),
            Map.entry("MARQUE_DATABASE_URL", "postgresql://u:p@h:3/n"),
            Map.entry("MARQUE_PUBLIC_URL", "https://portal.example/cars/"),
            Map.entry("MARQUE_SIGNUP_ENABLED", "false"),
            Map.entry("MARQUE_PORTAL_ORIGINS", "https://a.example,https://b.example:8443"),
            Map.entry("MARQUE_API_ORIGINS", "https://c.example"),
            Map.entry("MARQUE_PROXY_TRUSTED", "10.0.0.0/8,::1"),
            Map.entry("MARQUE_SIGNING_KEYS", "a2V5,b2xk"),
            Map.entry("MARQUE_SSO_HEADER_NAME", "X-Remote-User"),
            Map.entry("MARQUE_SSO_HEADER_SIGN_OUT_URL", "https://portal.example/logout"),
            Map.entry("MARQUE_SSO_OIDC_ISSUER", "https://login.example/realms/staff"),
            Map.entry("MARQUE_SSO_OIDC_CLIENT_ID", "cars"),
            Map.entry("MARQUE_SSO_OIDC_CLIENT_SECRET", "hunter2"),
            Map.entry("MARQUE_SSO_OIDC_NAME", "Example Login"),
            Map.entry("MARQUE_SSO_OIDC_USERNAME_CLAIM", "upn"),
            Map.entry("MARQUE_SSO_OIDC_ROLE_CLAIM", "groups"),
            Map.entry("MARQUE_SSO_OIDC_ADMIN_ROLE", "car-admins"),
            Map.entry("MARQUE_AUDIT_DAYS", "8"),
            Map.entry("MARQUE_LIMITS_UPLOAD_BYTES", "3 kB"),
            Map.entry("MARQUE_LIMITS_MEGAPIXELS", "4"),
            Map.entry("MARQUE_LIMITS_PREDICTIONS_PER_MINUTE", "5"),
            Map.entry("MARQUE_LIMITS_QUEUE", "6"),
            Map.entry("MARQUE_PHOTOS_KEEP", "thumbnail"),
            Map.entry("MARQUE_PHOTOS_DAYS", "7"),
            Map.entry("MARQUE_LOGS_FORMAT", "json"),
            Map.entry("MARQUE_LOGS_REQUESTS", "failures"),
            Map.entry("MARQUE_ROLE", "web"),
            Map.entry("MARQUE_CLUSTER_MEMBERS", "10.0.0.5:5702,web-0.example"),
            Map.entry("MARQUE_CLUSTER_HOST", "10.0.0.6"),
            Map.entry("MARQUE_CLUSTER_PORT", "5703"),
            Map.entry("MARQUE_CLUSTER_EVENT_BUS_PORT", "5704"),
            Map.entry("MARQUE_CLUSTER_NAME", "cars"),
            Map.entry("MARQUE_MODEL_DIR", "/m"));
    assertEquals(
        SettingsFile.names().stream().map(SettingsTest::variable).collect(Collectors.toSet()),
        environment.keySet());
    Settings settings = load(environment);
    assertEquals("0.0.0.0", settings.http().host());
    assertEquals(1, settings.http().port());
    assertEquals(2, settings.management().port());
    assertEquals(Path.of("/d"), settings.dataDir());
    assertEquals("postgresql://h:3/n", settings.database().url().toString());
    assertEquals(URI.create("https://portal.example/cars"), settings.publicUrl().orElseThrow());
    assertFalse(settings.signup().enabled());
    assertEquals(
        List.of(URI.create("https://a.example"), URI.create("https://b.example:8443")),
        settings.portal().origins());
    assertEquals(
        List.of("10.0.0.0/8", "::1"),
        settings.proxy().trusted().stream().map(Cidr::toString).toList());
    assertEquals(List.of(URI.create("https://c.example")), settings.api().origins());
    assertEquals(List.of("a2V5", "b2xk"), settings.signing().keys());
    Settings.Sso.Header header = settings.sso().header();
    assertEquals("X-Remote-User", header.name().orElseThrow());
    assertEquals(URI.create("https://portal.example/logout"), header.signOutUrl().orElseThrow());
    Settings.Sso.Oidc oidc = settings.sso().oidc();
    assertEquals(URI.create("https://login.example/realms/staff"), oidc.issuer().orElseThrow());
    assertEquals("cars", oidc.clientId().orElseThrow());
    assertEquals("hunter2", oidc.clientSecret().orElseThrow());
    assertEquals("Example Login", oidc.name());
    assertEquals("upn", oidc.usernameClaim());
    assertEquals("groups", oidc.roleClaim().orElseThrow());
    assertEquals("car-admins", oidc.adminRole().orElseThrow());
    assertEquals(8, settings.audit().days());
    assertEquals(3000, settings.limits().uploadBytes().bytes());
    assertEquals(4, settings.limits().megapixels());
    assertEquals(5, settings.limits().predictionsPerMinute());
    assertEquals(6, settings.limits().queue());
    assertEquals(Settings.KeptPhoto.THUMBNAIL, settings.photos().keep());
    assertEquals(7, settings.photos().days());
    assertEquals(Settings.LogFormat.JSON, settings.logs().format());
    assertEquals(Settings.LoggedRequests.FAILURES, settings.logs().requests());
    assertEquals(Settings.NodeRole.WEB, settings.role());
    assertTrue(settings.clustered());
    assertEquals(List.of("10.0.0.5:5702", "web-0.example"), settings.cluster().members());
    assertEquals("10.0.0.6", settings.cluster().host());
    assertEquals(5703, settings.cluster().port());
    assertEquals(5704, settings.cluster().eventBusPort());
    assertEquals("cars", settings.cluster().name());
    assertEquals(Path.of("/m"), settings.modelDir());
  }

  private static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  @Test
  void the_readme_lists_all_settings() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (String name : SettingsFile.names()) {
      assertTrue(readme.contains("`" + name + "`"), name + " is missing from README.md");
    }
    assertEquals(
        36,
        SettingsFile.names().size(),
        "update the table of settings in README.md, and the defaults and this number here");
  }

  @Test
  void the_environment_overrides_the_file() throws IOException {
    file(
        """
        marque:
          http:
            port: 1111
          management.port: 2222
          portal:
            origins:
              - https://a.example
              - https://b.example
        """);
    Settings settings = load(Map.of("MARQUE_HTTP_PORT", "3333"));
    assertEquals(3333, settings.http().port());
    assertEquals(2222, settings.management().port());
    assertEquals(2, settings.portal().origins().size());
  }

  @Test
  void a_misspelled_name_in_the_file_is_rejected_with_the_nearest_one() throws IOException {
    file("marque: {http: {prot: 80}}");
    String message = failureMessage(Map.of());
    assertTrue(message.contains("marque.http.prot in marque.yaml"), message);
    assertTrue(message.contains("did you mean marque.http.port?"), message);
    assertTrue(message.contains("0 to 65535"), message);
  }

  @Test
  void a_misspelled_variable_is_rejected_with_the_nearest_one() {
    String message = failureMessage(Map.of("MARQUE_DATABSE_URL", "x", "PATH", "y"));
    assertTrue(message.contains("MARQUE_DATABSE_URL"), message);
    assertTrue(message.contains("did you mean MARQUE_DATABASE_URL?"), message);
  }

  @Test
  void a_dissimilar_name_is_rejected_without_a_suggestion() {
    String message = failureMessage(Map.of("MARQUE_COFFEE", "x"));
    assertTrue(message.contains("MARQUE_COFFEE"), message);
    assertFalse(message.contains("did you mean"), message);
  }

  @Test
  void a_file_that_is_not_yaml_is_rejected_with_a_message_of_one_line() throws IOException {
    file("marque: [");
    String message = failureMessage(Map.of());
    assertTrue(message.startsWith("marque.yaml is not valid YAML"), message);
    assertEquals(1, message.lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "marque.http.port=80\nmarque.http.host=0.0.0.0\n",
        "- marque.http.port: 80\n",
        "marque: {http: {port: 80}}\n---\nport\n",
      })
  void a_file_that_is_not_a_mapping_is_rejected_with_an_example(String text) throws IOException {
    file(text);
    String message = failureMessage(Map.of());
    assertTrue(message.startsWith("marque.yaml "), message);
    assertTrue(message.contains("marque: {http: {port: 8080}}"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# marque: {http: {port: 80}}\n", "---\n"})
  void an_empty_file_leaves_the_defaults(String text) throws IOException {
    file(text);
    assertEquals(8080, load(Map.of()).http().port());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "marque:\n  oidc:\n    client-secret: \"hunter2 \\q\"\n",
        "marque:\n  oidc:\n    client-secret: \"hunter2",
        "marque:\n  database:\n    url: postgresql://u: hunter2: h/n\n",
        "marque:\n  database.url: *hunter2\n",
        "marque:\n  database.url: !hunter2\n",
        "marque:\n  database.url: !hunter2!x\n",
      })
  void a_syntax_error_is_reported_by_position_without_quoting_the_file(String text)
      throws IOException {
    file(text);
    StartFailure failure = assertThrows(StartFailure.class, () -> load(Map.of()));
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    assertTrue(
        failure.getMessage().matches("marque.yaml .* in line \\d, column \\d+"), trace::toString);
    assertFalse(trace.toString().contains("hunter2"), trace::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MARQUE_HTTP_PORT | 65536",
        "MARQUE_HTTP_PORT | eighty",
        "MARQUE_HTTP_PORT | ''",
        "MARQUE_HTTP_HOST | ''",
        "MARQUE_MANAGEMENT_PORT | -1",
        "MARQUE_DATABASE_URL | mysql://h/n",
        "MARQUE_PUBLIC_URL | portal.example",
        "MARQUE_PUBLIC_URL | ftp://portal.example",
        "MARQUE_SIGNUP_ENABLED | flase",
        "MARQUE_PORTAL_ORIGINS | https://a.example/path",
        "MARQUE_PROXY_TRUSTED | 10.0.0.0/33",
        "MARQUE_PROXY_TRUSTED | proxy",
        "MARQUE_PROXY_TRUSTED | :::",
        "MARQUE_PROXY_TRUSTED | 12345::1",
        "MARQUE_LIMITS_UPLOAD_BYTES | 10 apples",
        "MARQUE_LIMITS_MEGAPIXELS | 0",
        "MARQUE_LIMITS_QUEUE | 0",
        "MARQUE_PHOTOS_KEEP | all",
        "MARQUE_PHOTOS_DAYS | -1",
        "MARQUE_LOGS_FORMAT | jsno",
        "MARQUE_LOGS_REQUESTS | some",
        "MARQUE_ROLE | wbe",
        "MARQUE_CLUSTER_MEMBERS | http://web-0",
        "MARQUE_CLUSTER_MEMBERS | web-0:70000",
        "MARQUE_CLUSTER_PORT | 0",
      })
  void an_invalid_value_is_rejected_with_the_allowed_values(String variable, String value) {
    String message = failureMessage(Map.of(variable, value));
    assertTrue(message.startsWith(variable), message);
    assertTrue(message.contains("it must be "), message);
    assertFalse(message.contains("SRCFG"), message);
  }

  @Test
  void passwords_are_never_shown() {
    String message = failureMessage(Map.of("MARQUE_DATABASE_URL", "postgres//u:secret@h:1/n"));
    assertFalse(message.contains("secret"), message);
    Settings settings = load(Map.of("MARQUE_DATABASE_URL", "postgresql://u:secret@h:1/n"));
    assertFalse(settings.database().url().toString().contains("secret"));
    assertFalse(settings.toString().contains("secret"));
  }
}
