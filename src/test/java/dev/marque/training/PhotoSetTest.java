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

  private static final long BYTES_A_PHOTO = 64 * 48 * 3;

  @TempDir private Path folder;

  @BeforeEach
  void photos() throws Exception {
    ColouredShapes.write(folder, 40);
  }

  private PhotoSet read(long memory) {
    DataSet data = DataSet.open(folder);
    return PhotoSet.read(data.training(), data.labels(), PhotoSet.TO_TRAIN_ON, memory);
  }

  private String refusal(long memory) {
    return String.valueOf(assertThrows(DataSetException.class, () -> read(memory)).getMessage());
  }

  @Test
  void photos_that_do_not_fit_into_the_memory_are_refused_before_they_are_read() {
    int photos = DataSet.open(folder).training().size();
    assertEquals(photos, read(photos * BYTES_A_PHOTO).examples().size());
    String refusal = refusal(photos * BYTES_A_PHOTO - 1);
    assertTrue(refusal.startsWith(photos + " photos take about"), refusal);
    assertTrue(refusal.contains("MAVEN_OPTS=-Xmx"), refusal);
  }

  @Test
  void a_photo_that_takes_too_much_memory_ends_the_command_and_is_not_left_out() throws Exception {
    Path bomb = folder.resolve("Circle/bomb.webp");
    Files.write(bomb, BadPhotos.webpOfManyTables(65_536));
    String refusal = refusal(Long.MAX_VALUE);
    assertTrue(refusal.startsWith("Circle/bomb.webp: "), refusal);
    assertTrue(refusal.contains("JAVA_OPTS=-Xmx"), refusal);
  }
}
