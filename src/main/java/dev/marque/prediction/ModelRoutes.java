package dev.marque.prediction;

import dev.marque.account.SignedIn;
import dev.marque.web.Pages;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** The pages about the model and the API. */
public final class ModelRoutes {

  private final SignedIn signedIn;
  private final Pages pages;
  private final ModelDocument model;

  public ModelRoutes(SignedIn signedIn, Pages pages, ModelDocument model) {
    this.signedIn = signedIn;
    this.pages = pages;
    this.model = model;
  }

  public void mount(Router router) {
    router.get("/model").handler(signedIn.page()).handler(this::model);
    router.get("/docs").handler(signedIn.page()).handler(this::docs);
  }

  private void model(RoutingContext ctx) {
    Map<String, Object> values = Map.of("card", model.card(), "brands", model.brands());
    pages.render(ctx, "model", values).onFailure(ctx::fail);
  }

  private void docs(RoutingContext ctx) {
    pages.render(ctx, "docs", Map.of()).onFailure(ctx::fail);
  }
}
