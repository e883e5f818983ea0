package dev.marque;

/** Settings that libraries read only from system properties, and only before their first use. */
final class SystemProperties {

  private SystemProperties() {}

  /**
   * Keeps DJL off the network, AWT from looking for a display, and Hazelcast from its own logging.
   */
  static void set() {
    setUnlessGiven("ai.djl.offline", "true");
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    setUnlessGiven("java.awt.headless", "true");
    setUnlessGiven("hazelcast.logging.type", "slf4j");
  }

  private static void setUnlessGiven(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
