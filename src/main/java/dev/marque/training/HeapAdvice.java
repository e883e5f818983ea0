package dev.marque.training;

/** Advice for those whose Java has too little memory. */
public final class HeapAdvice {

  private HeapAdvice() {}

  /**
   * Returns how to increase the memory; continues a sentence that says how much there is.
   *
   * @param bytes the heap to recommend
   */
  public static String increaseTo(long bytes) {
    String option = "-Xmx" + (bytes >> 20) + "m";
    return "increase it with JAVA_OPTS=" + option + ", or MAVEN_OPTS=" + option + " with Maven";
  }
}
