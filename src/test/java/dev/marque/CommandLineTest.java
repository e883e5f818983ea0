package dev.marque;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.marque.training.ColouredShapes;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.network.TinyNetwork;
import dev.marque.vision.photo.Size;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Tests the commands that need no server, as called from a terminal. */
class CommandLineTest {

  private static final String AUDI = "src/test/resources/photos/audi.jpg";
  private static final String VOLVO = "src/test/resources/photos/volvo.jpg";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(Object... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return line.execute(texts);
  }

  @Test
  void brands_are_printed_and_a_file_that_is_not_a_photo_is_reported() throws IOException {
    Path notAPhoto = Files.writeString(folder.resolve("note.jpg"), "I am a photo");
    assertEquals(1, run("classify", AUDI, notAPhoto, VOLVO, "-k", 2));
    assertTrue(out.toString().contains("audi.jpg: Audi ("), out.toString());
    assertTrue(out.toString().contains("of 100 answers with this confidence"), out.toString());
    assertTrue(out.toString().contains("volvo.jpg: Volvo ("), out.toString());
    assertEquals(
        "marque: " + notAPhoto + " was skipped: it is not an image file", err.toString().strip());

    err.getBuffer().setLength(0);
    Path missing = folder.resolve("missing.jpg");
    assertEquals(1, run("classify", missing, AUDI), "the others are classified");
    assertEquals("marque: " + missing + " was skipped: it does not exist", err.toString().strip());

    Path heic = folder.resolve("IMG_1.HEIC");
    Files.writeString(heic, "\0\0\0\u0018ftypheic", StandardCharsets.ISO_8859_1);
    Path huge = folder.resolve("huge.jpg");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(4L << 30);
    }
    assertEquals(1, run("classify", folder, AUDI));
    assertEquals(
        List.of(
            "marque: " + heic + " was skipped: HEIC is not supported; save it as JPEG or PNG",
            "marque: " + huge + " was skipped: it is too large",
            "marque: " + notAPhoto + " was skipped: it is not an image file"),
        err.toString().lines().toList());
    assertTrue(out.toString().contains("audi.jpg: Audi ("), out.toString());
  }

  @Test
  void json_output_is_one_object_per_line_for_each_photo_of_a_folder() throws IOException {
    assertEquals(0, run("classify", "--json", "-k", 3, "src/test/resources/photos"));
    ObjectMapper mapper = new ObjectMapper();
    Set<String> files = Set.of("audi.jpg", "car.webp", "volvo.jpg");
    Set<String> printed =
        out.toString()
            .lines()
            .map(
                line -> {
                  try {
                    JsonNode photo = mapper.readTree(line);
                    assertEquals(3, photo.get("brands").size());
                    assertTrue(photo.get("accuracy_at_this_confidence").isNumber());
                    return Path.of(photo.get("file").asText()).getFileName().toString();
                  } catch (IOException e) {
                    throw new AssertionError(line, e);
                  }
                })
            .collect(Collectors.toSet());
    assertEquals(files, printed);
  }

  @Test
  void a_folder_may_be_a_symbolic_link_and_its_paths_keep_the_links_name() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.copy(Path.of(AUDI), photos.resolve("audi.jpg"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), photos);
    assertEquals(0, run("classify", link), err.toString());
    assertTrue(out.toString().contains(link.resolve("audi.jpg") + ": Audi"), out.toString());
  }

  // Elsewhere such a path cannot be created, or can be read.
  @EnabledOnOs(OS.LINUX)
  @Test
  void an_unreadable_folder_is_reported_and_the_others_are_classified() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.copy(Path.of(AUDI), photos.resolve("audi.jpg"));
    Path outer = longFolder(photos);
    // Its own path is short enough to create and move it, but not inside the other folder.
    Path inner = folder.resolve("inner");
    longFolder(inner);
    Path moved = Files.move(inner, outer.resolve("inner"));
    try {
      assertEquals(1, run("classify", photos), err.toString());
      assertTrue(out.toString().contains("audi.jpg: Audi"), out.toString());
      assertEquals(1, err.toString().lines().count(), err.toString());
      assertTrue(err.toString().startsWith("marque: " + moved), err.toString());
      assertTrue(err.toString().contains("cannot be read from disk"), err.toString());
    } finally {
      Files.move(moved, inner);
    }
  }

  /** Creates nested folders whose path is longer than half of the Linux limit. */
  private static Path longFolder(Path parent) throws IOException {
    Path deep = parent;
    while (deep.toString().length() < 2200) {
      deep = deep.resolve("x".repeat(200));
    }
    return Files.createDirectories(deep);
  }

  @Test
  void advice_for_a_better_photo_is_printed_as_a_sentence() throws IOException {
    BufferedImage small = new BufferedImage(80, 60, BufferedImage.TYPE_INT_RGB);
    small.createGraphics().drawImage(ImageIO.read(Path.of(AUDI).toFile()), 0, 0, 80, 60, null);
    Path photo = folder.resolve("small.png");
    ImageIO.write(small, "png", photo.toFile());
    assertEquals(0, run("classify", photo), err.toString());
    assertTrue(
        out.toString().contains("  note: The photo has few pixels. A larger one"), out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "classify",
        "classify no-such-photo.jpg",
        "classify src/test/java",
        "classify -k 26 " + AUDI,
        "classify -k x " + AUDI,
        "clasify",
        "train --out somewhere",
        "train --data src --out somewhere --epochs 0",
        "train --data src --out somewhere --batch 1",
        "train --data src --out somewhere --learning-rate NaN",
        "train --data src --out somewhere --mixed 2",
        "train --data src --out somewhere --taught -1",
        "train --data src --out somewhere --smallest-crop 0",
        "train --data src --out somewhere --sizes 0.5:96x128",
        "calibrate --data src",
        "calibrate --data src --name fleet-2 --serve-at 192",
        "evaluate --data src --modle model",
        "export",
        "export --precision float8 marque.pt",
        "export --precision int8 marque.pt",
        "train --data src --out out --precision int8",
      })
  void wrong_usage_is_one_line_that_refers_to_help_and_status_2(String line) {
    assertEquals(2, run((Object[]) line.split(" ")));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("--help"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify " + AUDI + " --model", "evaluate --data src --model"})
  void a_folder_without_a_model_is_one_line_and_status_1(String line) {
    Object[] arguments = (line + " " + folder).split(" ");
    assertEquals(1, run(arguments));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(err.toString().contains("\tat "), err.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "classify",
        "train",
        "calibrate",
        "evaluate",
        "export",
        "user",
        "user add"
      })
  void each_command_has_help(String command) {
    assertEquals(0, run((Object[]) (command + " --help").strip().split(" ")));
    assertTrue(out.toString().contains("Usage: marque"), out.toString());
    assertTrue(out.toString().contains("Exit status:"), out.toString());
  }

  /** Trains two epochs on small photos; the model is named after the folder. */
  private int train(Path photos, Path out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("train", "--data", photos, "--out", out));
    arguments.addAll(List.of("--name", out.getFileName(), "--epochs", 2, "--batch", 8));
    arguments.addAll(List.of("--sizes", "0:24x32", "--serve-at", "48x64"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray());
  }

  @Test
  void a_custom_fleet_can_be_trained_evaluated_compared_and_used() throws IOException {
    Path photos = folder.resolve("fleet");
    ColouredShapes.write(photos, 12);
    Files.writeString(photos.resolve("Square/bad.jpg"), "I am a photo");
    Path network = Files.writeString(folder.resolve("tiny.json"), TinyNetwork.DESCRIPTION.toJson());
    Path model = photos.resolve("fleet-1");
    assertEquals(0, train(photos, model, "--network", network), err.toString());
    Path taught = folder.resolve("fleet-2");
    assertEquals(
        0,
        train(photos, taught, "--start-from", model, "--teacher", model, "--taught", 0.6),
        err.toString());
    assertEquals(1, train(photos, model, "--teacher", model, "--teacher", "no-model"));
    assertTrue(err.toString().contains("no-model"), "the second teacher is missing: " + err);
    assertTrue(Files.readString(taught.resolve("model.json")).contains("fleet-2"));
    assertEquals(0, run("evaluate", "--data", photos, "--model", model), err.toString());
    assertTrue(Files.readString(model.resolve("README.md")).contains("fleet-1"));
    JsonNode figures = new ObjectMapper().readTree(model.resolve("evaluation.json").toFile());
    assertTrue(figures.get("top1").isNumber());
    assertTrue(figures.at("/robustness/as_it_is/no_car").isNumber(), figures.toString());
    assertEquals(figures.get("photos"), figures.at("/robustness/dark/photos"));
    assertTrue(figures.at("/calibration_in_service/error").isNumber(), figures.toString());
    assertTrue(figures.get("other_makes_auroc").isNull(), figures.toString());
    assertTrue(figures.get("not_a_car_auroc").isNull(), figures.toString());
    String first = Files.readString(model.resolve("evaluation.json"));
    Files.writeString(model.resolve("card.md"), "For our fleet.");
    assertEquals(0, run("evaluate", "--data", photos, "--model", model), err.toString());
    assertEquals(first, Files.readString(model.resolve("evaluation.json")));
    assertTrue(Files.readString(model.resolve("README.md")).contains("For our fleet."));
    assertEquals(0, run("evaluate", "--data", photos, "--model", model, "--precision", "bfloat16"));
    assertEquals(first, Files.readString(model.resolve("evaluation.json")), "only printed");
    assertEquals(0, run("evaluate", "--data", photos, "--model", model, "--against", model));
    assertTrue(out.toString().contains("not worse than fleet-1"), out.toString());

    // Two brands, although the default is to print five.
    Path circle = photos.resolve("Circle/00.jpg");
    assertEquals(0, run("classify", "--model", model, circle), err.toString());
    assertEquals(2, out.toString().lines().filter(line -> line.matches(" .*\\d%.*")).count());
    assertEquals(0, run("classify", "--model", model, "--json", circle), err.toString());
    assertEquals(2, new ObjectMapper().readTree(out.toString()).get("brands").size());

    assertEquals(0, train(photos, model, "--network", network), "the run is already complete");
    assertFalse(Files.exists(model.resolve("card.md")), "it describes the replaced model");
    Path old = model.resolve("card.md.old");
    assertEquals("For our fleet.", Files.readString(old));
    Files.writeString(model.resolve("card.md"), "For our new fleet.");
    assertEquals(0, train(photos, model, "--network", network), err.toString());
    assertEquals("For our fleet.", Files.readString(old));
    assertEquals("For our new fleet.", Files.readString(model.resolve("card.md.old2")));
  }

  @Test
  void a_file_in_place_of_a_folder_is_named() throws IOException {
    Path photos = folder.resolve("fleet");
    ColouredShapes.write(photos, 4);
    Path file = Files.writeString(folder.resolve("file"), "I am no folder");
    assertEquals(1, train(photos, file));
    assertEquals("marque: %s: exists and is not a folder".formatted(file), err.toString().strip());
  }

  @Test
  void a_model_is_recalibrated_for_another_size_and_keeps_its_weights() throws IOException {
    Path photos = folder.resolve("fleet");
    ColouredShapes.write(photos, 12);
    Path network = Files.writeString(folder.resolve("tiny.json"), TinyNetwork.DESCRIPTION.toJson());
    Path model = folder.resolve("fleet-1");
    assertEquals(0, train(photos, model, "--network", network), err.toString());
    byte[] weights = Files.readAllBytes(model.resolve("weights.safetensors"));
    ModelDescription trained = ModelDescription.read(model);
    assertEquals(0, run("evaluate", "--data", photos, "--model", model), err.toString());
    assertTrue(Files.exists(model.resolve("README.md")));
    Path words = Files.writeString(model.resolve("card.md"), "For our fleet.");

    assertEquals(0, calibrate(photos, model, "fleet-1.1"), err.toString());
    for (String file :
        List.of("evaluation.json", "confusion.png", "reliability.png", "README.md")) {
      assertFalse(Files.exists(model.resolve(file)), file + " belongs to the previous model");
    }
    assertTrue(Files.exists(words), "the model has the same weights");
    Path ownModelCard = Files.writeString(model.resolve("README.md"), "# Our fleet");
    ModelDescription same = ModelDescription.read(model);
    assertEquals("fleet-1.1", same.name());
    assertEquals(trained.calibration(), same.calibration(), "the same photos and weights");
    assertEquals(trained.activations(), same.activations());

    assertEquals(0, calibrate(photos, model, "fleet-1.2", "--serve-at", "96x128"));
    ModelDescription larger = ModelDescription.read(model);
    assertEquals(new Size(96, 128), larger.input());
    assertTrue(Files.exists(ownModelCard), "no model card");
    assertNotEquals(trained.calibration(), larger.calibration());
    assertArrayEquals(weights, Files.readAllBytes(model.resolve("weights.safetensors")));
    assertEquals(0, run("classify", "--model", model, photos.resolve("Circle/00.jpg")));
  }

  private int calibrate(Path photos, Path model, String name, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("calibrate", "--data", photos));
    arguments.addAll(List.of("--model", model, "--name", name));
    arguments.addAll(List.of(more));
    return run(arguments.toArray());
  }

  @Test
  void unsuitable_photos_for_calibration_leave_the_model_unchanged() throws IOException {
    Path photos = folder.resolve("fleet");
    ColouredShapes.write(photos, 2);
    assertEquals(1, run("calibrate", "--data", photos, "--name", "other"));
    assertTrue(err.toString().contains("does not know Circle, Square"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void a_fleet_with_one_brand_or_an_empty_brand_is_rejected() throws IOException {
    Path photos = folder.resolve("fleet");
    ColouredShapes.write(photos, 2);
    Files.createDirectory(photos.resolve("Triangle"));
    assertEquals(1, run("train", "--data", photos, "--out", folder.resolve("out")));
    assertTrue(err.toString().contains("Triangle"), err.toString());

    Path one = folder.resolve("one");
    Files.createDirectories(one);
    Files.move(photos.resolve("Circle"), one.resolve("Circle"));
    assertEquals(1, run("train", "--data", one, "--out", folder.resolve("out")));
    assertTrue(err.toString().contains("at least two are needed"), err.toString());
  }

  @Test
  void the_network_is_exported_for_other_programs() {
    Path file = folder.resolve("marque.pt");
    assertEquals(0, run("export", "--precision", "bfloat16", file), err.toString());
    assertTrue(out.toString().contains("bfloat16 written to " + file), out.toString());
    assertTrue(Files.exists(file));
  }
}
