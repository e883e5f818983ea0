package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.Failures;
import dev.marque.web.FieldError;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renders a page with a form, or renders it again with the entered values and their errors. */
final class FormPage {

  private final Pages pages;
  private final Messages messages;

  FormPage(Pages pages, Messages messages) {
    this.pages = pages;
    this.messages = messages;
  }

  /** Returns a field of the form without surrounding white space; empty if missing. */
  static String field(RoutingContext ctx, String name) {
    return secret(ctx, name).strip();
  }

  /** Returns a field of the form exactly as entered; empty if missing. */
  static String secret(RoutingContext ctx, String name) {
    String value = ctx.request().getFormAttribute(name);
    return value == null ? "" : value;
  }

  /** Shows a page with an optional confirmation of what was just done. */
  Future<Void> show(
      RoutingContext ctx, String template, Map<String, ?> model, @Nullable String noticeKey) {
    Map<String, Object> all = complete(model);
    if (noticeKey != null) {
      all.put("notice", messages.get(pages.language(ctx), noticeKey));
    }
    return pages.render(ctx, template, all);
  }

  /**
   * Shows the page again after its form failed: field errors beside their fields, other failures
   * above the form. Failures that do not concern the form go to the error page.
   */
  void showAgain(RoutingContext ctx, String template, Map<String, ?> model, Throwable problem) {
    if (!(problem instanceof Failure failure) || !isAboutForm(failure)) {
      ctx.fail(problem);
      return;
    }
    Locale language = pages.language(ctx);
    Map<String, Object> all = complete(model);
    List<FieldError> fields = failure.fields();
    Map<String, String> errors = new LinkedHashMap<>();
    fields.forEach(error -> errors.put(error.field(), messages.text(language, error)));
    all.put("errors", errors);
    if (fields.isEmpty()) {
      all.put("alert", messages.detail(language, failure));
    }
    Failures.addHeaders(ctx, failure);
    pages.render(ctx, failure.status(), template, all).onFailure(ctx::fail);
  }

  private static Map<String, Object> complete(Map<String, ?> model) {
    Map<String, Object> all = new HashMap<>();
    all.put("errors", Map.of());
    all.put("alert", null);
    all.put("notice", null);
    all.putAll(model);
    return all;
  }

  private static boolean isAboutForm(Failure failure) {
    return !failure.fields().isEmpty()
        || failure instanceof Failure.NotSignedIn
        || failure instanceof Failure.Conflict
        || failure instanceof Failure.TooManyRequests
        || (failure instanceof Failure.Unavailable
            && List.of("busy", "sso-unreachable").contains(failure.type()));
  }
}
