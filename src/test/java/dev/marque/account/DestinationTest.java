package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.URI;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /history",
        "javascript:alert(1)",
        "data:text/html,x",
        "history",
        "/%5c\\evil.example",
        "/history\r\nSet-Cookie: a=b",
        "/login?next=/login",
        "/logout",
        ""
      })
  void anything_but_a_page_of_this_site_leads_home(String next) {
    assertEquals("/", Destination.of(next));
  }

  @Test
  void a_missing_or_overlong_path_leads_home() {
    assertEquals("/", Destination.of(null));
    assertEquals("/", Destination.of("/" + "a".repeat(2000)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/history", "/history?after=abc", "/predictions/0192-a?embed=1"})
  void a_page_of_this_site_is_kept(String next) {
    assertEquals(next, Destination.of(next));
  }

  @Property
  void a_browser_always_stays_on_this_site(@ForAll @From("links") String next) {
    String destination = Destination.of(next);
    // As browsers do: drop tabs and line breaks, and read a backslash as a slash.
    String seen = destination.replaceAll("[\\t\\r\\n]", "").replace('\\', '/');
    URI target = URI.create("https://marque.example/login").resolve(seen);
    assertEquals("marque.example", target.getHost());
    assertEquals("https", target.getScheme());
    assertNull(target.getUserInfo());
  }

  @Provide
  Arbitrary<String> links() {
    return Arbitraries.of(
            "/",
            "\\",
            "//",
            "evil.example",
            "http:",
            "@",
            "%2f",
            "%5c",
            "\t",
            "?",
            "#",
            ".",
            "..",
            "a")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }
}
