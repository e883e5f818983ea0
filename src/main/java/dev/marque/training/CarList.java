package dev.marque.training;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads lists of photos as CSV with a header (RFC 4180, without line breaks in values). */
final class CarList {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private CarList() {}

  /**
   * Returns all rows, each as a map from column name to value.
   *
   * @param columns names of the required columns
   * @throws DataSetException if the file is missing or lacks a column, or if a row has more or
   *     fewer values than the header
   */
  static List<Map<String, String>> rows(Path file, String... columns) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new DataSetException(
          "the list " + file + " is not in UTF-8; save it as such, in Excel as CSV UTF-8", e);
    } catch (IOException e) {
      throw new DataSetException("cannot read the list " + file, e);
    }
    List<Map<String, String>> rows = new ArrayList<>();
    List<String> header = List.of();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> values = split(i == 0 ? withoutByteOrderMark(lines.get(i)) : lines.get(i));
      if (header.isEmpty()) {
        header = values;
        check(file, header, columns);
        continue;
      }
      if (values.size() != header.size()) {
        throw new DataSetException(
            "%s, line %d: %d values, but the header has %d"
                .formatted(file, i + 1, values.size(), header.size()));
      }
      Map<String, String> row = new LinkedHashMap<>();
      for (int c = 0; c < header.size(); c++) {
        row.put(header.get(c), values.get(c));
      }
      rows.add(row);
    }
    return rows;
  }

  static List<Map<String, String>> rowsIfExists(Path file, String... columns) {
    return Files.exists(file) ? rows(file, columns) : List.of();
  }

  /** Excel starts a UTF-8 list with a byte order mark. */
  private static String withoutByteOrderMark(String line) {
    return line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
  }

  private static void check(Path file, List<String> header, String... columns) {
    List<String> missing = Stream.of(columns).filter(column -> !header.contains(column)).toList();
    if (!missing.isEmpty()) {
      throw new DataSetException(
          "%s has no column %s: its first line must name %s, separated by commas"
              .formatted(file, String.join(", ", missing), String.join(",", columns)));
    }
  }

  static String value(Map<String, String> row, String column) {
    String value = row.get(column);
    if (value == null || value.isBlank()) {
      throw new DataSetException("a row without a value for '" + column + "': " + row.values());
    }
    return value;
  }

  static List<String> split(String line) {
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        value.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        values.add(value.toString());
        value.setLength(0);
      } else {
        value.append(c);
      }
    }
    values.add(value.toString());
    return values;
  }
}
