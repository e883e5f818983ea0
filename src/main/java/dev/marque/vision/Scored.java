package dev.marque.vision;

/**
 * A name with its probability.
 *
 * @param name a brand, or a model, for example {@code Audi TTS Coupe 2012}
 * @param probability between 0 and 1
 */
public record Scored(String name, double probability) {}
