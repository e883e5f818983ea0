package dev.marque.web;

import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.ITemplateContext;
import org.thymeleaf.messageresolver.AbstractMessageResolver;

/** Resolves Thymeleaf's {@code #{key}} expressions with {@link Messages}. */
final class MessageResolver extends AbstractMessageResolver {

  private final Messages messages;

  MessageResolver(Messages messages) {
    this.messages = messages;
  }

  @Override
  public @Nullable String resolveMessage(
      ITemplateContext context, Class<?> origin, String key, Object @Nullable [] parameters) {
    return messages.has(key)
        ? messages.get(context.getLocale(), key, parameters == null ? new Object[0] : parameters)
        : null;
  }

  @Override
  public String createAbsentMessageRepresentation(
      ITemplateContext context, Class<?> origin, String key, Object @Nullable [] parameters) {
    throw new IllegalStateException("no message for " + key);
  }
}
