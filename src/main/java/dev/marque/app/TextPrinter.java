package dev.marque.app;

import dev.marque.vision.Recognition;
import dev.marque.vision.Scored;
import dev.marque.vision.photo.Photo;
import dev.marque.web.Messages;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints a sentence, a bar per brand, and the advice for a better photo. */
final class TextPrinter extends RecognitionPrinter {

  private static final int BAR_LENGTH = 30;

  private final Messages messages = new Messages();

  TextPrinter(PrintWriter out, int topK) {
    super(out, topK);
  }

  @Override
  String format(Path file, Photo photo, Recognition recognition, List<Scored> brands) {
    StringBuilder text = new StringBuilder();
    text.append("%s: %s%n".formatted(file, sentence(recognition)));
    int longest = brands.stream().mapToInt(brand -> brand.name().length()).max().orElse(0);
    for (Scored brand : brands) {
      int filled = (int) Math.round(brand.probability() * BAR_LENGTH);
      text.append(
          String.format(
              Locale.ROOT,
              "  %-" + longest + "s %6.1f%% %s%n",
              brand.name(),
              100 * brand.probability(),
              "#".repeat(filled)));
    }
    for (String advice : recognition.advice()) {
      text.append("  note: %s%n".formatted(messages.get(Locale.ENGLISH, "advice." + advice)));
    }
    return text.toString();
  }

  private static String sentence(Recognition recognition) {
    String top = recognition.brands().get(0).name();
    String measured = measured(recognition.accuracyAtThisConfidence());
    return switch (recognition.verdict()) {
      case CONFIDENT -> top + measured;
      case UNSURE -> "one of these" + measured;
      case UNKNOWN_MAKE -> "a car, but of none of the known brands";
      case NOT_A_CAR -> "not a car";
    };
  }

  private static String measured(double accuracy) {
    // Never 100: answers that were always right so far may still be wrong the next time.
    return accuracy == 0
        ? " (the accuracy of such answers was not measured)"
        : " (%d of 100 answers with this confidence were right)"
            .formatted(Math.min(99, Math.round(100 * accuracy)));
  }
}
