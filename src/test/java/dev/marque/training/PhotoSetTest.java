package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.BadPhotos;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoSetTest {

  private static final long BYTES_PER_PHOTO = 64 * 48 * 3;

  @TempDir private Path folder;

  @BeforeEach
  void photos() throws Exception {
    ColouredShapes.write(folder, 40);
  }

  private PhotoSet read(long memory) {
    DataSet data = DataSet.open(folder);
    return PhotoSet.read(data.training(), data.labels(), PhotoSet.TO_TRAIN_ON, memory);
  }

  private String rejection(long memory) {
    return String.valueOf(assertThrows(DataSetException.class, () -> read(memory)).getMessage());
  }

  @Test
  void photos_that_do_not_fit_into_memory_are_rejected_before_they_are_read() {
    int photos = DataSet.open(folder).training().size();
    assertEquals(photos, read(photos * BYTES_PER_PHOTO).examples().size());
    String rejection = rejection(photos * BYTES_PER_PHOTO - 1);
    assertTrue(rejection.startsWith(photos + " photos take about"), rejection);
    assertTrue(rejection.contains("MAVEN_OPTS=-Xmx"), rejection);
  }

  @Test
  void unreadable_photos_are_named_with_the_reason() throws Exception {
    Files.writeString(
        folder.resolve("Circle/IMG_1.HEIC"), "\0\0\0\u0018ftypheic", StandardCharsets.ISO_8859_1);
    try (RandomAccessFile huge =
        new RandomAccessFile(folder.resolve("Circle/huge.jpg").toFile(), "rw")) {
      huge.setLength(4L << 30);
    }
    assertEquals(
        List.of(
            "Circle/IMG_1.HEIC: HEIC is not supported; save it as JPEG or PNG",
            "Circle/huge.jpg: it is too large"),
        read(Long.MAX_VALUE).unreadable());
  }

  @Test
  void a_photo_that_takes_too_much_memory_is_an_error_and_is_not_skipped() throws Exception {
    Path bomb = folder.resolve("Circle/bomb.webp");
    Files.write(bomb, BadPhotos.webpOfManyTables(65_536));
    String rejection = rejection(Long.MAX_VALUE);
    assertTrue(rejection.startsWith("Circle/bomb.webp: "), rejection);
    assertTrue(rejection.contains("JAVA_OPTS=-Xmx"), rejection);
  }
}
