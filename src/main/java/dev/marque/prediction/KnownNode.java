package dev.marque.prediction;

/**
 * An inference node from a web node's point of view.
 *
 * @param name id of the node
 * @param model name of the model that it runs
 * @param free estimated number of free slots
 */
public record KnownNode(String name, String model, int free) {}
