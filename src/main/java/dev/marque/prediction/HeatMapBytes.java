package dev.marque.prediction;

import dev.marque.vision.HeatMap;
import io.vertx.core.buffer.Buffer;

/**
 * Converts heat maps to and from their form in the database: width, height, and one byte per cell,
 * row by row.
 */
final class HeatMapBytes {

  private HeatMapBytes() {}

  static Buffer of(HeatMap map) {
    Buffer bytes = Buffer.buffer(2 + map.cells().length);
    bytes.appendUnsignedByte((short) map.width()).appendUnsignedByte((short) map.height());
    for (float cell : map.cells()) {
      bytes.appendUnsignedByte((short) Math.round(Math.max(0, Math.min(1, cell)) * 255));
    }
    return bytes;
  }

  static HeatMap read(Buffer bytes) {
    int width = bytes.getUnsignedByte(0);
    int height = bytes.getUnsignedByte(1);
    float[] cells = new float[width * height];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = bytes.getUnsignedByte(2 + i) / 255f;
    }
    return new HeatMap(width, height, cells);
  }
}
