package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

/**
 * Tests that a photo scaled down by the browser is classified like its original.
 *
 * <p>The photos of the data set are small, so each is first enlarged sixfold, to the size of a
 * camera's photos. {@code -Dmarque.scaling.photos=DIR} tests the photos below a directory, for
 * example the data set's {@code val}, instead of the two test photos; {@code
 * -Dmarque.scaling.enlarge=8} changes the factor.
 */
class ScalingIT {

  private static final int LONGEST_SIDE = 1280;
  private static final double MIN_AGREEMENT = 0.99;

  /** The same as on the server. */
  private static final int DECODED_SIDE = 400;

  private static final int ENLARGE = Integer.getInteger("marque.scaling.enlarge", 6);

  private static final String SCALE =
      """
      async (photo) => {
        const { prepare } = await import(document.getElementById('upload').dataset.script);
        const bytes = Uint8Array.from(atob(photo), (char) => char.charCodeAt(0));
        const blob = await prepare(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
        const url = await new Promise((resolve) => {
          const reader = new FileReader();
          reader.onload = () => resolve(reader.result);
          reader.readAsDataURL(blob);
        });
        return url.slice(url.indexOf(',') + 1);
      }
      """;

  @Test
  void a_photo_scaled_down_by_the_browser_is_classified_like_the_original() throws IOException {
    List<Path> photos = photos();
    int same = 0;
    int verdictChanges = 0;
    long before = 0;
    long after = 0;
    try (PagePreview preview = new PagePreview(0);
        Window window = Window.desktop(preview.baseUrl());
        Recognizer recognizer = Recognizer.load(Path.of("model"))) {
      Page page = window.page();
      page.navigate("/preview/upload");
      assertThat(page.locator("#image")).hasAttribute("multiple", "");
      for (Path photo : photos) {
        byte[] large = enlarged(photo);
        byte[] small =
            Base64.getDecoder()
                .decode((String) page.evaluate(SCALE, Base64.getEncoder().encodeToString(large)));
        assertEquals(Math.min(LONGEST_SIDE, longSide(large)), longSide(small), photo.toString());
        Recognition original = recognize(recognizer, large);
        Recognition scaled = recognize(recognizer, small);
        same += first(original).equals(first(scaled)) ? 1 : 0;
        verdictChanges += original.verdict() == scaled.verdict() ? 0 : 1;
        before += large.length;
        after += small.length;
      }
    }
    System.out.printf(
        "scaled in the browser: same top-1 for %d of %d photos, a different verdict for %d;"
            + " %d kB became %d kB%n",
        same, photos.size(), verdictChanges, before / 1000, after / 1000);
    assertTrue(same >= MIN_AGREEMENT * photos.size(), same + " of " + photos.size());
  }

  private static List<Path> photos() throws IOException {
    String folder = System.getProperty("marque.scaling.photos");
    if (folder == null) {
      return List.of(Steps.AUDI, Steps.VOLVO);
    }
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private static int longSide(byte[] photo) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(photo));
    return Math.max(image.getWidth(), image.getHeight());
  }

  private static String first(Recognition recognition) {
    return recognition.brands().get(0).name();
  }

  private static Recognition recognize(Recognizer recognizer, byte[] bytes) {
    try {
      Photo photo = PhotoReader.read(bytes, PhotoLimits.GENEROUS, DECODED_SIDE);
      return recognizer.recognize(List.of(recognizer.prepare(photo.pixels()))).get(0);
    } catch (PhotoException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the photo enlarged by bicubic interpolation, as JPEG of quality 0.92. */
  private static byte[] enlarged(Path photo) throws IOException {
    BufferedImage original = ImageIO.read(photo.toFile());
    int width = original.getWidth() * ENLARGE;
    int height = original.getHeight() * ENLARGE;
    BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = large.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(original, 0, 0, width, height, null);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam quality = writer.getDefaultWriteParam();
      quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      quality.setCompressionQuality(0.92f);
      writer.setOutput(out);
      writer.write(null, new IIOImage(large, null, null), quality);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
