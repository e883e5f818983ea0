package dev.marque.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A {@code multipart/form-data} body, part by part. */
public final class MultipartForm {

  private static final String BOUNDARY = "b0undary";

  /** The content type to send it with. */
  public static final String TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  public MultipartForm field(String name, String value) {
    part("name=\"" + name + "\"", "", value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A photo in the field {@code image}. */
  public MultipartForm photo(byte[] content) {
    return photo("p.jpg", content);
  }

  /** A photo in the field {@code image}, with the name of its file. */
  public MultipartForm photo(String name, byte[] content) {
    String disposition = "name=\"image\"; filename=\"" + name + "\"";
    part(disposition, "Content-Type: image/jpeg\r\n", content);
    return this;
  }

  private void part(String disposition, String header, byte[] content) {
    String head =
        "--%s\r\nContent-Disposition: form-data; %s\r\n%s\r\n"
            .formatted(BOUNDARY, disposition, header);
    body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    body.writeBytes(content);
    body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  /** Returns all parts and the closing boundary. */
  public byte[] bytes() {
    ByteArrayOutputStream complete = new ByteArrayOutputStream();
    complete.writeBytes(body.toByteArray());
    complete.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return complete.toByteArray();
  }
}
