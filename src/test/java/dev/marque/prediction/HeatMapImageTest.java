package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.HeatMap;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class HeatMapImageTest {

  private static final HeatMap MAP = new HeatMap(2, 1, new float[] {0, 1});

  @Test
  void low_values_are_transparent_and_high_values_are_not() throws IOException {
    byte[] png = HeatMapImage.png(MAP);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertEquals(192, image.getWidth());
    assertEquals(96, image.getHeight());
    assertEquals(0, image.getRGB(0, 48) >>> 24);
    assertTrue(image.getRGB(191, 48) >>> 24 > 200);
    assertTrue(png.length < 8000, "expected a few kilobytes, not " + png.length);
  }

  @Test
  void rows_are_drawn_from_top_to_bottom() throws IOException {
    HeatMap lowerLeft = new HeatMap(2, 2, new float[] {0, 0, 1, 0});
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(HeatMapImage.png(lowerLeft)));
    assertTrue(image.getRGB(0, 191) >>> 24 > 200);
    assertEquals(0, image.getRGB(0, 0) >>> 24);
    assertEquals(0, image.getRGB(191, 0) >>> 24);
    assertEquals(0, image.getRGB(191, 191) >>> 24);
  }

  @Test
  void encoding_for_the_database_preserves_values_to_within_a_hundredth() {
    HeatMap map = new HeatMap(3, 2, new float[] {0, 0.5f, 1, 0.33f, 0.25f, 0.999f});
    HeatMap read = HeatMapBytes.read(HeatMapBytes.of(map));
    assertEquals(3, read.width());
    assertEquals(2, read.height());
    assertArrayEquals(map.cells(), read.cells(), 0.01f);
  }
}
