package dev.marque.app;

import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;

/** Checks the settings that all nodes of a cluster have to share. */
final class ClusterRules {

  private ClusterRules() {}

  /**
   * Checks the settings of a node of a cluster.
   *
   * @throws StartFailure if a setting is missing
   */
  static void check(Settings settings) {
    if (settings.role() == Settings.NodeRole.INFERENCE) {
      return;
    }
    if (settings.database().url().isEmbedded()) {
      throw new StartFailure(
          "marque.database.url is embedded, but in a cluster all nodes that serve pages need the"
              + " same database; set it to postgresql://user:password@host:port/name");
    }
    if (settings.signing().keys().isEmpty()) {
      throw new StartFailure(
          "marque.signing.keys is empty, but in a cluster all nodes that serve pages need the same"
              + " key; set it to the output of: openssl rand -base64 32");
    }
  }
}
