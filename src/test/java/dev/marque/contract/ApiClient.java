package dev.marque.contract;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client of the API that checks every response against the contract. */
public final class ApiClient {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String baseUrl;
  private final @Nullable String token;

  /**
   * @param token bearer token, or {@code null} to send none
   */
  public ApiClient(String baseUrl, @Nullable String token) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  public HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  public HttpResponse<String> delete(String path) {
    return send("DELETE", path, BodyPublishers.noBody());
  }

  /** Sends JSON. */
  public HttpResponse<String> json(String method, String path, JsonObject body) {
    return send(
        method, path, BodyPublishers.ofString(body.encode()), "Content-Type", "application/json");
  }

  /** Posts an encoded form. */
  public HttpResponse<String> form(String path, String body) {
    return send(
        "POST",
        path,
        BodyPublishers.ofString(body),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  /** Posts photos and fields. */
  public HttpResponse<String> upload(MultipartForm form, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Content-Type";
    all[headers.length + 1] = MultipartForm.TYPE;
    return send(
        "POST", Contract.ROOT + "/predictions", BodyPublishers.ofByteArray(form.bytes()), all);
  }

  /**
   * Sends any request.
   *
   * @param headers alternating names and values
   */
  public HttpResponse<String> send(
      String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, body);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return Contract.check(CLIENT.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
