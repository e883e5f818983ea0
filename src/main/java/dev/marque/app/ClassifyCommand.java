package dev.marque.app;

import dev.marque.platform.SettingsFile;
import dev.marque.vision.PhotoViewer;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code marque classify}: prints the result table in the terminal. */
@Command(
    name = "classify",
    description = {
      "Prints the most likely brands of the cars in photos, without a server.",
      "",
      "Folders are searched recursively. A photo or folder that cannot be read is reported on"
          + " standard error with the reason; the others are still classified, and the exit status"
          + " is 1.",
    })
public final class ClassifyCommand implements Callable<Integer> {

  private static final String UNREADABLE = "it cannot be read from disk";

  @Parameters(arity = "1..*", paramLabel = "PHOTO", description = "Photos, or folders of photos.")
  private List<Path> paths = List.of();

  @Option(
      names = {"-k", "--top-k"},
      paramLabel = "K",
      description = "Number of brands to print, 1 to 25 (default: ${DEFAULT-VALUE}).",
      defaultValue = "5")
  private int topK;

  @Option(names = "--json", description = "Print one JSON object per photo, one per line.")
  private boolean json;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model's folder (default: the setting marque.model-dir).")
  private @Nullable Path model;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    if (topK < 1 || topK > 25) {
      throw new ParameterException(
          command.commandLine(), "K is " + topK + ", but must be from 1 to 25");
    }
    Map<Path, String> skipped = new LinkedHashMap<>();
    List<Path> photos = photos(command, skipped);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    Path folder = model == null ? SettingsFile.load().modelDir() : model;
    skipped.forEach((path, reason) -> reportSkipped(err, path, reason));
    int failed = skipped.size();
    RecognitionPrinter printer = json ? new JsonPrinter(out, topK) : new TextPrinter(out, topK);
    try (Recognizer recognizer = Recognizer.load(folder)) {
      for (Path file : photos) {
        try {
          Photo photo = PhotoReader.read(file, PhotoViewer.DECODED_SIDE);
          Recognition recognition =
              recognizer.recognize(List.of(recognizer.prepare(photo.pixels()))).get(0);
          printer.print(file, photo, recognition);
        } catch (PhotoException e) {
          reportSkipped(err, file, String.valueOf(e.getMessage()));
          failed++;
        } catch (IOException e) {
          reportSkipped(err, file, UNREADABLE);
          failed++;
        }
      }
    }
    return failed == 0 ? 0 : 1;
  }

  private static void reportSkipped(PrintWriter err, Path path, String reason) {
    err.println("marque: " + path + " was skipped: " + reason);
    err.flush();
  }

  /**
   * Finds the photos to classify.
   *
   * @param skipped receives the paths that yield no photo, with the reason
   * @throws ParameterException if every path is missing or a folder without photos
   */
  private List<Path> photos(CommandSpec command, Map<Path, String> skipped) throws IOException {
    List<Path> photos = new ArrayList<>();
    List<String> mistakes = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        PhotoSearch found = PhotoSearch.in(path);
        photos.addAll(found.photos());
        found.unreadable().forEach(each -> skipped.put(each, UNREADABLE));
        if (found.photos().isEmpty() && found.unreadable().isEmpty()) {
          mistakes.add("the folder " + path + " contains no photos");
          skipped.put(path, "it contains no photos");
        }
      } else if (Files.isRegularFile(path)) {
        photos.add(path);
      } else {
        mistakes.add("the photo " + path + " does not exist");
        skipped.put(path, "it does not exist");
      }
    }
    if (mistakes.size() == paths.size()) {
      throw new ParameterException(command.commandLine(), mistakes.get(0));
    }
    return photos;
  }
}
