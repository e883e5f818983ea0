package dev.marque.app;

import dev.marque.vision.Recognition;
import dev.marque.vision.Scored;
import dev.marque.vision.photo.Photo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Prints what was recognized in photos. */
abstract class RecognitionPrinter {

  private final PrintWriter out;
  private final int topK;

  /**
   * @param topK number of brands to print; all of them if the model knows fewer
   */
  RecognitionPrinter(PrintWriter out, int topK) {
    this.out = out;
    this.topK = topK;
  }

  /** Prints one photo's result, so that it is visible before the next photo is read. */
  final void print(Path file, Photo photo, Recognition recognition) throws IOException {
    List<Scored> brands = recognition.brands();
    out.println(format(file, photo, recognition, brands.subList(0, Math.min(topK, brands.size()))));
    out.flush();
  }

  /**
   * Returns the text to print.
   *
   * @param brands the most likely brands, the most likely first
   */
  abstract String format(Path file, Photo photo, Recognition recognition, List<Scored> brands)
      throws IOException;
}
