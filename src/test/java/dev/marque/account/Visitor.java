package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.contract.Contract;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client: a browser that keeps cookies, or a program with a token. Follows no redirects.
 */
final class Visitor {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String baseUrl;
  private final Map<String, String> cookies = new HashMap<>();
  private final Map<String, String> headers = new HashMap<>();
  private @Nullable String bearer;

  Visitor(String baseUrl) {
    this.baseUrl = baseUrl;
  }

  /** Returns another client, which sends this token. */
  Visitor withToken(@Nullable String token) {
    Visitor other = new Visitor(baseUrl);
    other.bearer = token;
    return other;
  }

  /** Adds a header to every request, as a proxy does. */
  Visitor addHeader(String header, String value) {
    headers.put(header, value);
    return this;
  }

  /** Returns another tab: it starts with the same cookies and then has its own. */
  Visitor copy() {
    Visitor other = new Visitor(baseUrl);
    other.cookies.putAll(cookies);
    return other;
  }

  Map<String, String> cookies() {
    return cookies;
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> get(String path, String header, String value) {
    return send(request(path).GET().header(header, value));
  }

  /** Returns the bytes of a download. */
  byte[] download(String path) {
    HttpRequest request = request(path).GET().build();
    try {
      HttpResponse<byte[]> response = CLIENT.send(request, BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode());
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Sends a form as a browser does.
   *
   * @param fields names and values in turn
   */
  HttpResponse<String> post(String path, String... fields) {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Sec-Fetch-Site", "same-origin")
            .POST(BodyPublishers.ofString(form(fields))));
  }

  HttpResponse<String> json(String method, String path, JsonObject body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Sec-Fetch-Site", "same-origin")
            .method(method, BodyPublishers.ofString(body.encode())));
  }

  /** As {@link #json}, without the headers by which browsers state a request's origin. */
  HttpResponse<String> jsonOfProgram(String method, String path, JsonObject body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body.encode())));
  }

  /** Sends a body of any type. */
  HttpResponse<String> send(String method, String path, String type, byte[] body) {
    return send(
        request(path)
            .header("Content-Type", type)
            .header("Sec-Fetch-Site", "same-origin")
            .method(method, BodyPublishers.ofByteArray(body)));
  }

  /** Sends what a browser sends for a form on another site's page. */
  HttpResponse<String> postFromAnotherSite(String path) {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Sec-Fetch-Site", "cross-site")
            .header("Origin", "https://evil.example")
            .POST(BodyPublishers.ofString("username=a&password=b")));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + path));
    headers.forEach(request::header);
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    if (!cookies.isEmpty()) {
      List<String> pairs = new ArrayList<>();
      cookies.forEach((name, value) -> pairs.add(name + "=" + value));
      request.header("Cookie", String.join("; ", pairs));
    }
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          Contract.check(CLIENT.send(request.build(), BodyHandlers.ofString()));
      response.headers().allValues("Set-Cookie").forEach(this::keep);
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void keep(String setCookie) {
    String pair = setCookie.substring(0, setCookie.indexOf(';'));
    String name = pair.substring(0, pair.indexOf('='));
    if (setCookie.contains("Max-Age=0;")) {
      cookies.remove(name);
    } else {
      cookies.put(name, pair.substring(pair.indexOf('=') + 1));
    }
  }

  private static String form(String... fields) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      pairs.add(fields[i] + "=" + URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
    }
    return String.join("&", pairs);
  }
}
