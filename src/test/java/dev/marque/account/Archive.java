package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The files in a data export. */
final class Archive {

  private final Map<String, String> files = new HashMap<>();

  Archive(byte[] zip) {
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text(String file) {
    assertTrue(files.containsKey(file), () -> file + " is not among " + files.keySet());
    return files.get(file);
  }

  JsonObject object(String file) {
    return new JsonObject(text(file));
  }

  List<JsonObject> list(String file) {
    return new JsonArray(text(file)).stream().map(JsonObject.class::cast).toList();
  }
}
