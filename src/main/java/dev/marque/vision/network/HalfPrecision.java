package dev.marque.vision.network;

/** IEEE 754 binary16, which Java supports since version 20 ({@code Float.floatToFloat16}). */
final class HalfPrecision {

  private static final float SMALLEST_NORMAL = 0x1p-14f;
  private static final float SUBNORMAL_UNIT = 0x1p-24f;

  private HalfPrecision() {}

  static float toFloat(short half) {
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    float sign = half < 0 ? -1 : 1;
    if (exponent == 0) {
      return sign * fraction * SUBNORMAL_UNIT;
    }
    if (exponent == 0x1f) {
      return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    return sign * Float.intBitsToFloat(((exponent - 15 + 127) << 23) | (fraction << 13));
  }

  /** Rounds to the nearest half, ties to even; values that are too large become infinite. */
  static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 65520f) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < SMALLEST_NORMAL) {
      return (short) (sign | (int) Math.rint(magnitude / SUBNORMAL_UNIT));
    }
    int magnitudeBits = bits & 0x7fffffff;
    int rounded = magnitudeBits + 0xfff + ((magnitudeBits >>> 13) & 1);
    return (short) (sign | ((rounded - ((127 - 15) << 23)) >>> 13));
  }
}
