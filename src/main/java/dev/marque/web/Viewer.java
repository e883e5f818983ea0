package dev.marque.web;

/**
 * The signed-in person as pages see it.
 *
 * @param username the name to greet with
 * @param admin whether to link the administration
 */
public record Viewer(String username, boolean admin) {}
