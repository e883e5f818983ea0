package dev.marque.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Builds the requests that load clients send to one server. */
final class Requests {

  private static final String BOUNDARY = "b0undary";

  private final URI address;

  Requests(URI address) {
    this.address = address;
  }

  /** An account created for the load. */
  record Account(String username, String password) {}

  Account newAccount() throws IOException {
    String name = "load" + UUID.randomUUID().toString().substring(0, 12);
    Account account = new Account(name, "correct horse " + UUID.randomUUID());
    String body =
        """
        {"username":"%1$s","email":"%1$s@example.org","first_name":"L","last_name":"T",\
        "password":"%2$s"}"""
            .formatted(name, account.password());
    try (Connection connection = new Connection(address)) {
      Connection.Answer answer =
          connection.send(json("POST /api/v1/users", "application/json", body));
      if (answer.status() != 201) {
        throw new IOException("cannot create an account: " + answer.body());
      }
    }
    return account;
  }

  /** Returns an access token, valid for ten minutes. */
  String token(Account account) throws IOException {
    String form =
        "grant_type=password&username="
            + account.username()
            + "&password="
            + account.password().replace(' ', '+');
    try (Connection connection = new Connection(address)) {
      String grant =
          connection
              .send(json("POST /api/v1/token", "application/x-www-form-urlencoded", form))
              .body();
      int at = grant.indexOf("\"access_token\":\"");
      if (at < 0) {
        throw new IOException("no access token: " + grant);
      }
      return grant.substring(at + 16, grant.indexOf('"', at + 16));
    }
  }

  private byte[] json(String line, String type, String body) {
    return request(line, "Content-Type: " + type + "\r\n", body.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a request without a body. */
  byte[] get(String path) {
    return request("GET " + path, "", new byte[0]);
  }

  /** Returns the request that uploads a photo. */
  byte[] upload(String token, byte[] photo) {
    byte[] form = form(photo);
    return join(uploadHead(token, form.length), form);
  }

  /** Returns the request head of an upload whose body is a {@link #form}. */
  byte[] uploadHead(String token, int length) {
    return head(
        "POST /api/v1/predictions",
        "Authorization: Bearer "
            + token
            + "\r\nContent-Type: multipart/form-data; boundary="
            + BOUNDARY
            + "\r\n",
        length);
  }

  /** Returns a photo as a {@code multipart/form-data} body. */
  static byte[] form(byte[] photo) {
    byte[] begin =
        ascii(
            "--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"p.jpg\"\r\n"
                + "Content-Type: image/jpeg\r\n\r\n");
    return join(begin, photo, ascii("\r\n--" + BOUNDARY + "--\r\n"));
  }

  private byte[] request(String line, String headers, byte[] body) {
    return join(head(line, headers, body.length), body);
  }

  private byte[] head(String line, String headers, int length) {
    return ascii(
        line
            + " HTTP/1.1\r\nHost: "
            + address.getAuthority()
            + "\r\n"
            + headers
            + "Content-Length: "
            + length
            + "\r\n\r\n");
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
