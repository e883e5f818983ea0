package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FormPartsTest {

  private static final FormType TYPE = new FormType("b0undary", StandardCharsets.UTF_8);

  @Test
  void a_form_split_in_two_has_the_same_parts_at_any_position() {
    String photo = "\r\n--b\r".repeat(1500);
    String form = file(photo) + field("top_k", "5") + field("note", "") + "--b0undary--\r\n";
    List<String> expected = List.of("image/a.jpg", photo, "top_k=5", "note=");
    for (int cut = 0; cut <= form.length(); cut++) {
      assertEquals(expected, parts(form, cut), "cut at " + cut);
    }
  }

  @Property(tries = 200)
  void a_form_split_at_several_positions_has_the_same_parts(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder photo = new StringBuilder();
    random.ints(random.nextInt(40_000), 0, 4).forEach(next -> photo.append("\r\n-b".charAt(next)));
    String form = field("top_k", "5") + file(photo.toString()) + file("x") + "--b0undary--";
    int[] cuts = random.ints(random.nextInt(20), 0, form.length() + 1).sorted().toArray();
    assertEquals(
        List.of("image/a.jpg", photo.toString(), "image/a.jpg", "x", "top_k=5"), parts(form, cuts));
  }

  @Test
  void long_part_headers_that_arrive_byte_by_byte_are_read_in_time() {
    String head = "--b0undary\r\nContent-Disposition: form-data; name=\"a\"\r\n";
    String part = head + "A: b\r\n".repeat(1200) + "\r\nx\r\n";
    String form = part.repeat(50) + "--b0undary--";
    int[] everywhere = IntStream.range(1, form.length()).toArray();
    List<String> parts =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> parts(form, everywhere));
    assertEquals(50, parts.size());
  }

  /** Returns the names and contents of the files, then the fields. */
  private static List<String> parts(String form, int... cuts) {
    List<String> names = new ArrayList<>();
    List<Buffer> contents = new ArrayList<>();
    Buffer bytes = Buffer.buffer(form.getBytes(StandardCharsets.ISO_8859_1));
    try (FormParts parts =
        new FormParts(
            TYPE,
            (field, name) -> {
              names.add(field + "/" + name);
              contents.add(Buffer.buffer());
              return contents.get(contents.size() - 1)::appendBuffer;
            })) {
      int from = 0;
      for (int cut : cuts) {
        parts.add(bytes.getBuffer(from, cut));
        from = cut;
      }
      parts.add(bytes.getBuffer(from, bytes.length()));
      MultiMap fields = parts.end();
      List<String> all = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        all.add(names.get(i));
        all.add(contents.get(i).toString(StandardCharsets.ISO_8859_1));
      }
      fields.forEach((name, value) -> all.add(name + "=" + value));
      return all;
    }
  }

  private static String file(String content) {
    return "--b0undary\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n"
        + "Content-Type: image/jpeg\r\n\r\n"
        + content
        + "\r\n";
  }

  private static String field(String name, String value) {
    return "--b0undary\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(name, value);
  }
}
