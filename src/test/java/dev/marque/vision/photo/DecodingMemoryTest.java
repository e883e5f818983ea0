package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.PhotoException.Reason;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory budget, and photos of forty megapixels. */
@Timeout(60)
class DecodingMemoryTest {

  private static final int MEGABYTE = 1 << 20;
  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(40);

  private static DecodingNeed heap(int megabytes) {
    return new DecodingNeed((long) megabytes * MEGABYTE, 0);
  }

  @Test
  void a_reservation_waits_until_enough_memory_is_free() throws Exception {
    DecodingMemory memory = new DecodingMemory(10 * MEGABYTE);
    DecodingMemory.Reservation first = memory.reserve(heap(6));
    DecodingMemory.Reservation second = memory.reserve(heap(4));
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      CompletableFuture<Thread> started = new CompletableFuture<>();
      CompletableFuture<DecodingMemory.Reservation> third = new CompletableFuture<>();
      other.execute(
          () -> {
            started.complete(Thread.currentThread());
            try {
              third.complete(memory.reserve(heap(5)));
            } catch (PhotoException e) {
              third.completeExceptionally(e);
            }
          });
      Thread waiting = started.get();
      while (waiting.getState() != Thread.State.WAITING) {
        assertFalse(third.isDone(), "it has to wait");
        Thread.onSpinWait();
      }
      second.close();
      assertFalse(third.isDone(), "four are not enough");
      first.close();
      third.get().close();
    } finally {
      other.shutdownNow();
    }
    memory.reserve(heap(10)).close();
  }

  @Test
  void a_need_above_the_total_budget_is_rejected() {
    DecodingMemory memory = new DecodingMemory(10 * MEGABYTE);
    PhotoException rejected = assertThrows(PhotoException.class, () -> memory.reserve(heap(11)));
    assertEquals(Reason.TOO_MUCH_MEMORY, rejected.reason());
  }

  @Test
  void an_off_heap_need_is_never_rejected() throws Exception {
    DecodingMemory memory = new DecodingMemory(10 * MEGABYTE);
    memory.reserve(new DecodingNeed(MEGABYTE, 100 * MEGABYTE)).close();
  }

  @ParameterizedTest
  @ValueSource(ints = {BadPhotos.PNG_GREY_16, BadPhotos.PNG_RGB, BadPhotos.PNG_RGBA})
  void a_png_is_subsampled_while_it_is_decoded(int kind) throws Exception {
    byte[] png = BadPhotos.pngOf(8000, 5000, kind);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Photo photo = PhotoReader.read(png, LIMITS, 400);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(8000, photo.width());
    assertTrue(photo.pixels().width() > 1000, "no more than needed: " + photo.pixels().width());
    assertTrue(allocated < 100 * MEGABYTE, allocated + " bytes");
  }

  /** It has few pixels, but the decoder holds several rows at a time. */
  @Test
  void a_png_of_one_very_long_row_is_rejected_before_it_is_decoded() throws Exception {
    byte[] png = BadPhotos.pngOf(10_000_000, 1, BadPhotos.PNG_RGB);
    PhotoException rejected =
        assertThrows(
            PhotoException.class,
            () -> PhotoReader.read(png, LIMITS, 400, Duration.ofSeconds(10), small()));
    assertEquals(Reason.TOO_MUCH_MEMORY, rejected.reason());
  }

  @Test
  void a_lossless_webp_cannot_be_subsampled_and_needs_memory_for_all_pixels() throws Exception {
    byte[] webp = BadPhotos.webpOfFortyMegapixels();
    PhotoException rejected =
        assertThrows(
            PhotoException.class,
            () -> PhotoReader.read(webp, LIMITS, 400, Duration.ofSeconds(10), small()));
    assertEquals(Reason.TOO_MUCH_MEMORY, rejected.reason());
  }

  @Test
  void a_webp_of_many_tables_is_rejected_before_it_allocates_much() throws Exception {
    assertEquals(4, PhotoReader.read(BadPhotos.webpOfManyTables(2_600), LIMITS, 400).width());
    byte[] bomb = BadPhotos.webpOfManyTables(65_536);
    assertTrue(bomb.length < 400_000, bomb.length + " bytes, small on the wire");
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    PhotoException rejected =
        assertThrows(PhotoException.class, () -> PhotoReader.read(bomb, LIMITS, 400));
    assertEquals(Reason.TOO_MUCH_MEMORY, rejected.reason());
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 80 * MEGABYTE, allocated + " bytes");
  }

  @Test
  void the_tiles_of_a_tiff_may_be_larger_than_the_image() throws Exception {
    Photo photo = PhotoReader.read(BadPhotos.tiledTiff(256, 128), LIMITS, 400);
    assertEquals(32, photo.width());
    assertEquals(24, photo.height());
  }

  @ParameterizedTest
  @CsvSource({"8000, 8000", "2147483632, 16", "2147483632, 2147483632", "16, 2147483632"})
  void a_tiff_of_a_few_pixels_in_a_huge_tile_is_rejected_before_it_is_decoded(int width, int height)
      throws Exception {
    byte[] tiff = BadPhotos.tiledTiff(width, height);
    PhotoException rejected =
        assertThrows(
            PhotoException.class,
            () -> PhotoReader.read(tiff, LIMITS, 400, Duration.ofSeconds(10), small()));
    assertEquals(Reason.TOO_MUCH_MEMORY, rejected.reason());
  }

  private static DecodingMemory small() {
    return new DecodingMemory(128 * MEGABYTE);
  }
}
