package dev.marque.prediction;

/**
 * An inference node as a web node sees it.
 *
 * @param name by which it is asked
 * @param model that it runs
 * @param free photos that it would take now
 */
public record KnownNode(String name, String model, int free) {}
