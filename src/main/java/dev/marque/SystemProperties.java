package dev.marque;

/** What libraries only take from system properties, and only before they are first used. */
final class SystemProperties {

  private SystemProperties() {}

  /** Keeps DJL from asking the network for anything, and AWT from looking for a display. */
  static void set() {
    setUnlessGiven("ai.djl.offline", "true");
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    setUnlessGiven("java.awt.headless", "true");
  }

  private static void setUnlessGiven(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
