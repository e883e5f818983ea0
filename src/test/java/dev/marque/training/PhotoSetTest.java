package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.BadPhotos;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void a_photo_that_takes_too_much_memory_is_an_error_and_is_not_skipped() throws Exception {
    Path bomb = folder.resolve("Circle/bomb.webp");
    Files.write(bomb, BadPhotos.webpOfManyTables(65_536));
    String rejection = rejection(Long.MAX_VALUE);
    assertTrue(rejection.startsWith("Circle/bomb.webp: "), rejection);
    assertTrue(rejection.contains("JAVA_OPTS=-Xmx"), rejection);
  }
}
