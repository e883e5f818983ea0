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
 * Browsers, proxies and logs store URLs: the server accepts no secret in one, and puts none into
 * one (ASVS 5.0, 14.2.1).
 */
class UrlSecretsIT {

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

  private static final List<String> URL_ATTRIBUTES =
      List.of("href", "src", "action", "formaction", "hx-get", "hx-post", "data-src");

  private final ClockedServer server = ClockedServer.shared();

  @Test
  void a_password_in_the_url_does_not_sign_in() {
    String credentials =
        "username=%s&password=%s"
            .formatted(server.newAccount(), ClockedServer.PASSWORD.replace(" ", "%20"));
    HttpResponse<String> token =
        server.visitor().post("/api/v1/token?grant_type=password&" + credentials);
    assertEquals(400, token.statusCode(), token.body());
    Visitor browser = server.visitor();
    HttpResponse<String> form = browser.post("/login?" + credentials);
    assertEquals(401, form.statusCode());
    assertEquals(303, browser.get("/account").statusCode(), "still redirected to sign in");
    assertEquals(401, browser.get("/api/v1/me").statusCode());
  }

  @Test
  void a_token_in_the_url_grants_no_access() {
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
  void no_url_on_a_page_contains_a_secret_of_the_viewer() {
    Visitor browser = server.visitor();
    HttpResponse<String> signedIn =
        ClockedServer.signIn(browser, ClockedServer.ADMINISTRATOR, ClockedServer.PASSWORD);
    HttpResponse<String> created =
        browser.post("/account/tokens", "name", "import", "expires_in_days", "7");
    String token = Jsoup.parse(created.body()).select("#new-token").val();
    List<String> secrets = new ArrayList<>(browser.cookies().values());
    secrets.addAll(List.of(token, ClockedServer.PASSWORD));
    List<String> urls = new ArrayList<>(signedIn.headers().allValues("Location"));
    urls.addAll(urls(created));
    for (String path : PAGES) {
      HttpResponse<String> page = browser.get(path);
      assertEquals(200, page.statusCode(), path);
      urls.addAll(urls(page));
    }
    assertTrue(urls.size() > 100, urls.size() + " URLs were checked");
    for (String secret : secrets) {
      assertTrue(secret.length() > 20, "not empty");
      urls.forEach(url -> assertFalse(url.contains(secret), url));
    }
  }

  private static List<String> urls(HttpResponse<String> page) {
    Document document = Jsoup.parse(page.body());
    return URL_ATTRIBUTES.stream()
        .flatMap(name -> document.select("[" + name + "]").eachAttr(name).stream())
        .toList();
  }
}
