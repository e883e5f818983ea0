package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Ids;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the cookies on the wire, for each kind of public URL. */
class SessionCookiesTest {

  private static final Grant GRANT =
      new Grant(
          new User(Ids.next(), "ada", Role.USER, Ids.next()), "access.token.x", "refresh", false);

  private static Vertx vertx;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  private static List<String> cookies(SessionCookies cookies, String path) throws Exception {
    Router router = Router.router(vertx);
    router
        .get("/in")
        .handler(
            ctx -> {
              cookies.set(ctx, GRANT);
              ctx.end();
            });
    router
        .get("/out")
        .handler(
            ctx -> {
              // A refresh during the sign-out request: the sign-out wins.
              cookies.set(ctx, GRANT);
              cookies.clear(ctx);
              ctx.end();
            });
    HttpServer server =
        vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await();
    URI address = URI.create("http://127.0.0.1:" + server.actualPort() + path);
    HttpResponse<Void> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
    server.close().await();
    return answer.headers().allValues("Set-Cookie");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none, false, marque_, /, HttpOnly; SameSite=Lax",
        "http://cars.example, false, marque_, /, HttpOnly; SameSite=Lax",
        "https://cars.example, false, __Host-marque_, /, HttpOnly; Secure; SameSite=Lax",
        "https://a.example/cars, false, __Secure-marque_, /cars, HttpOnly; Secure; SameSite=Lax",
        "https://cars.example, true, __Host-marque_portal_, /,"
            + " HttpOnly; Secure; SameSite=None; Partitioned",
      })
  void each_cookie_is_as_restricted_as_the_public_url_allows(
      String publicUrl, boolean framed, String name, String path, String attributes)
      throws Exception {
    Optional<URI> address = Optional.ofNullable(publicUrl).map(URI::create);
    List<String> set = cookies(new SessionCookies(address, framed), "/in");
    assertEquals(
        List.of(
            name + "access=access.token.x; Path=" + path + "; Max-Age=600; " + attributes,
            name + "refresh=refresh; Path=" + path + "; " + attributes),
        set);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void signing_out_deletes_the_cookies_even_after_a_refresh(boolean framed) throws Exception {
    URI address = URI.create("https://cars.example");
    List<String> set = cookies(new SessionCookies(Optional.of(address), framed), "/out");
    assertEquals(2, set.size());
    for (String cookie : set) {
      assertTrue(cookie.contains("=; Path=/; Max-Age=0; "), cookie);
      assertFalse(cookie.contains("Domain"), cookie);
    }
  }
}
