package dev.marque.app;

import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.function.Supplier;

/** Deploys the verticles that listen on a port, and explains why if they cannot. */
final class Listeners {

  private final Vertx vertx;
  private final Settings settings;
  private final Resources resources;

  /**
   * @param resources undeploys them on close
   */
  Listeners(Vertx vertx, Settings settings, Resources resources) {
    this.vertx = vertx;
    this.settings = settings;
    this.resources = resources;
  }

  /**
   * Rejects the same port for pages and management: the second listener would report that another
   * program uses it.
   */
  static void checkPorts(Settings settings) {
    int wanted = settings.http().port();
    boolean both = settings.role() != Settings.NodeRole.INFERENCE;
    if (both && wanted != 0 && wanted == settings.management().port()) {
      throw new StartFailure(
          "marque.http.port and marque.management.port are both "
              + wanted
              + "; choose another port for one of them");
    }
  }

  /**
   * Deploys a verticle and returns once it listens.
   *
   * @param server its name in the settings: {@code http} or {@code management}
   * @throws StartFailure if it cannot listen, with the setting to change
   */
  void start(Supplier<Deployable> verticle, DeploymentOptions options, String server) {
    try {
      String deployment = vertx.deployVerticle(verticle, options).await();
      resources.add(() -> vertx.undeploy(deployment).await());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Future.await throws the cause undeclared.
      throw failure(server, e);
    }
  }

  private StartFailure failure(String server, Exception e) {
    boolean management = server.equals("management");
    int wanted = management ? settings.management().port() : settings.http().port();
    String where = "port " + wanted + " of " + settings.http().host();
    if (!(e instanceof IOException)) {
      return new StartFailure("Cannot start: " + e, e);
    }
    // epoll and Java's selector have different exceptions; only the message is the same.
    if (String.valueOf(e.getMessage()).contains("in use")) {
      return new StartFailure(
          "Another program already listens on "
              + where
              + "; stop it, or choose another port with marque."
              + server
              + ".port",
          e);
    }
    return new StartFailure(
        "Cannot listen on "
            + where
            + " ("
            + e.getMessage()
            + "); correct marque.http.host or marque."
            + server
            + ".port",
        e);
  }
}
