package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

/**
 * Addresses are kept by browsers, proxies and logs: the server takes no secret from one, and puts
 * none into one (ASVS 5.0, 14.2.1).
 */
class AddressesIT {

  private static final List<String> PAGES =
      List.of(
          "/",
          "/account",
          "/history",
          "/model",
          "/docs",
          "/admin/users",
          "/admin/users/" + ClockedServer.ADMINISTRATOR,
          "/admin/corrections",
          "/admin/numbers",
          "/admin/audit");

  private static final List<String> HOLD_ADDRESSES =
      List.of("href", "src", "action", "formaction", "hx-get", "hx-post", "data-src");

  private final ClockedServer server = ClockedServer.shared();

  @Test
  void a_password_in_the_address_signs_nobody_in() {
    String known =
        "username=%s&password=%s"
            .formatted(server.newAccount(), ClockedServer.PASSWORD.replace(" ", "%20"));
    HttpResponse<String> token =
        server.visitor().post("/api/v1/token?grant_type=password&" + known);
    assertEquals(400, token.statusCode(), token.body());
    Visitor browser = server.visitor();
    HttpResponse<String> form = browser.post("/login?" + known);
    assertEquals(401, form.statusCode());
    assertEquals(303, browser.get("/account").statusCode(), "still led to sign in");
    assertEquals(401, browser.get("/api/v1/me").statusCode());
  }

  @Test
  void a_token_in_the_address_opens_nothing() {
    String username = server.newAccount();
    String token = server.tokens(username).getString("access_token");
    assertEquals(200, server.me(token));
    for (String name : List.of("access_token", "token", "authorization", "jwt")) {
      assertEquals(401, server.visitor().get("/api/v1/me?" + name + "=" + token).statusCode());
    }
    server
        .signedIn(username)
        .cookies()
        .forEach(
            (name, value) ->
                assertEquals(
                    303,
                    server.visitor().get("/account?" + name + "=" + value).statusCode(),
                    name));
  }

  @Test
  void no_address_on_a_page_has_a_secret_of_who_looks_at_it() {
    Visitor browser = server.visitor();
    HttpResponse<String> signedIn =
        ClockedServer.signIn(browser, ClockedServer.ADMINISTRATOR, ClockedServer.PASSWORD);
    HttpResponse<String> made =
        browser.post("/account/tokens", "name", "import", "expires_in_days", "7");
    String token = Jsoup.parse(made.body()).select("#new-token").val();
    List<String> secrets = new ArrayList<>(browser.cookies().values());
    secrets.addAll(List.of(token, ClockedServer.PASSWORD));
    List<String> addresses = new ArrayList<>(signedIn.headers().allValues("Location"));
    addresses.addAll(addresses(made));
    for (String path : PAGES) {
      HttpResponse<String> page = browser.get(path);
      assertEquals(200, page.statusCode(), path);
      addresses.addAll(addresses(page));
    }
    assertTrue(addresses.size() > 100, addresses.size() + " addresses were looked at");
    for (String secret : secrets) {
      assertTrue(secret.length() > 20, "a secret, and not nothing");
      addresses.forEach(address -> assertFalse(address.contains(secret), address));
    }
  }

  private static List<String> addresses(HttpResponse<String> page) {
    Document document = Jsoup.parse(page.body());
    return HOLD_ADDRESSES.stream()
        .flatMap(name -> document.select("[" + name + "]").eachAttr(name).stream())
        .toList();
  }
}
