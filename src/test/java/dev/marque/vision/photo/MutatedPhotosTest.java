package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files of the three common formats: each is read or rejected with a {@link
 * PhotoException}. {@code -Dmarque.mutations=20000} sets their number.
 */
class MutatedPhotosTest {

  private static final int COUNT = Integer.getInteger("marque.mutations", 500);
  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(1);

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "webp"})
  void a_damaged_photo_is_read_or_rejected(String format) throws Exception {
    byte[] intact = DamagedPhotos.intact(format);
    assertTrue(PhotoReader.read(intact, LIMITS, 512).width() > 0, "the intact photo is read");
    Random random = new Random(2026);
    int rejected = 0;
    for (int i = 0; i < COUNT / 3 + 1; i++) {
      try {
        Photo photo = PhotoReader.read(DamagedPhotos.damaged(intact, random), LIMITS, 512);
        assertTrue((long) photo.width() * photo.height() <= LIMITS.pixels());
      } catch (PhotoException expected) {
        rejected++;
      }
    }
    assertTrue(rejected > 0, "some damage is detected");
  }
}
