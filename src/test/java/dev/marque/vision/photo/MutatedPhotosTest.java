package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files of the three kinds that people send: each is read or refused, never anything else.
 * {@code -Dmarque.mutations=20000} tries that many.
 */
class MutatedPhotosTest {

  private static final int COUNT = Integer.getInteger("marque.mutations", 500);
  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(1);

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "webp"})
  void a_damaged_photo_is_read_or_refused(String format) throws Exception {
    byte[] whole = DamagedPhotos.whole(format);
    assertTrue(PhotoReader.read(whole, LIMITS, 512).width() > 0, "whole it is read");
    Random random = new Random(2026);
    int refused = 0;
    for (int i = 0; i < COUNT / 3 + 1; i++) {
      try {
        Photo photo = PhotoReader.read(DamagedPhotos.damaged(whole, random), LIMITS, 512);
        assertTrue((long) photo.width() * photo.height() <= LIMITS.pixels());
      } catch (PhotoException expected) {
        refused++;
      }
    }
    assertTrue(refused > 0, "damage is noticed");
  }
}
