package dev.marque.platform;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * Keys for rows: UUID version 7 (RFC 9562), made of the time in milliseconds and random bits, so
 * that newer rows sort after older ones and nobody can guess another's.
 */
public final class Ids {

  private static final SecureRandom RANDOM = new SecureRandom();

  private static long lastMillis;
  private static int sequence;

  private Ids() {}

  /**
   * A new key, greater than every key that this process made before, even when the clock is set
   * back. Safe on every thread.
   */
  public static UUID next() {
    return next(System.currentTimeMillis());
  }

  /**
   * 48 bits of time, 12 bits that count within a millisecond from a random start, 62 random bits.
   */
  static synchronized UUID next(long now) {
    if (now > lastMillis) {
      lastMillis = now;
      sequence = RANDOM.nextInt(1 << 11);
    } else if (++sequence == 1 << 12) {
      lastMillis++;
      sequence = RANDOM.nextInt(1 << 11);
    }
    long high = (lastMillis << 16) | 0x7000L | sequence;
    long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
