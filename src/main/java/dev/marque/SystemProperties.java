package dev.marque;

/** What libraries only take from system properties, and only before they are first used. */
final class SystemProperties {

  private SystemProperties() {}

  /**
   * Keeps DJL from asking the network for anything, AWT from looking for a display, and Hazelcast
   * from logging in its own way.
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
