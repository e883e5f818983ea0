package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.marque.RunsConcurrently;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a data directory on a disk that fills up; only root can create such a small disk. */
@RunsConcurrently
class DiskFullIT {

  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int MAX_UPLOADS = 200;

  @TempDir private Path disk;

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=160m", "marque-test", disk.toString()),
        "this machine does not let root mount");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static HttpResponse<String> upload(RunningServer server, String token)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/predictions"))
            .header("Content-Type", "image/jpeg")
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofFile(PHOTO))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] some = new byte[8192];
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      assertTrue(String.valueOf(full.getMessage()).contains("space"), full.toString());
    }
  }

  @Test
  void uploads_get_503_while_the_disk_is_full_and_succeed_once_there_is_space_again()
      throws Exception {
    Path data = Files.createDirectory(disk.resolve("data"));
    Files.createDirectories(BINARIES);
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    Map<String, String> settings =
        Map.of("marque.data-dir", data.toString(), "marque.limits.predictions-per-minute", "10000");
    try (RunningServer server = RunningServer.start(settings)) {
      String token = server.newUser().token();
      assertEquals(201, upload(server, token).statusCode());
      fill(disk.resolve("filler"));
      HttpResponse<String> answer = upload(server, token);
      for (int i = 0; answer.statusCode() == 201 && i < MAX_UPLOADS; i++) {
        answer = upload(server, token);
      }
      assertEquals(503, answer.statusCode(), answer.body());
      assertTrue(answer.headers().firstValue("Retry-After").isPresent());

      Files.delete(disk.resolve("filler"));
      assertEquals(201, upload(server, token).statusCode());
    }
  }
}
