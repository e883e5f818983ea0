package dev.marque.vision.network;

import dev.marque.vision.network.TorchScriptArchive.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Collects the source and the tensors of a TorchScript module whose {@code forward} takes {@code
 * photos}.
 */
final class ModuleBuilder {

  private static final String SELF = "self: __torch__.M";

  private final List<Member> members = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private final StringBuilder methods = new StringBuilder();
  private int variables;

  /** Adds a tensor and returns the expression that refers to it. */
  String member(Member member) {
    members.add(member);
    return "self." + member.attribute();
  }

  /**
   * Adds a line to {@code forward} that assigns an expression to a new variable, and returns the
   * variable.
   */
  String let(String expression, Object... arguments) {
    String variable = "v" + variables++;
    body.append("    ")
        .append(variable)
        .append(" = ")
        .append(String.format(Locale.ROOT, expression, arguments))
        .append('\n');
    return variable;
  }

  /**
   * Adds a method without parameters that runs statements and returns the value of an expression.
   */
  void method(String name, String type, List<String> statements, String expression) {
    methods.append("  def %s(%s) -> %s:\n".formatted(name, SELF, type));
    statements.forEach(statement -> methods.append("    ").append(statement).append('\n'));
    methods.append("    return %s\n".formatted(expression));
  }

  /** Returns references to all tensors that are not trained, separated by commas. */
  String buffers() {
    return members.stream()
        .filter(member -> !member.trained())
        .map(member -> "self." + member.attribute())
        .collect(Collectors.joining(", "));
  }

  /**
   * Writes the module.
   *
   * @param type type of the result of {@code forward}
   * @param result expression that it returns
   * @param training whether the module starts in training mode
   */
  void write(Path file, String type, String result, boolean training) throws IOException {
    StringBuilder source = new StringBuilder("class M(Module):\n");
    source.append("  __parameters__ = [").append(names(Member::trained)).append("]\n");
    source.append("  __buffers__ = [").append(names(m -> !m.trained())).append("]\n");
    source.append("  training : bool\n");
    for (Member member : members) {
      source.append("  ").append(member.attribute()).append(" : Tensor\n");
    }
    source.append("  def forward(").append(SELF).append(",\n    photos: Tensor) -> ");
    source.append(type).append(":\n").append(body);
    source.append("    return ").append(result).append('\n').append(methods);
    new TorchScriptArchive(source.toString(), List.copyOf(members), training).write(file);
  }

  private String names(Predicate<Member> which) {
    return members.stream()
        .filter(which)
        .map(member -> "\"" + member.attribute() + "\", ")
        .collect(Collectors.joining());
  }
}
