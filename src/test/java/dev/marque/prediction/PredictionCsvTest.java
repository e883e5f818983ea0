package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictionCsvTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "p.jpg | p.jpg",
        "a,b.jpg | \"a,b.jpg\"",
        "say \"hi\".jpg | \"say \"\"hi\"\".jpg\"",
        "=cmd()!A1 | '=cmd()!A1",
        "+1 | '+1",
        "-1,2 | \"'-1,2\"",
        "@x | '@x",
      })
  void a_cell_is_quoted_if_necessary_and_never_a_formula(String text, String cell) {
    assertEquals(cell, PredictionCsv.cell(text));
  }

  @Test
  void a_line_has_as_many_cells_as_the_header() {
    String line = PredictionCsv.line(Samples.prediction());
    assertEquals(PredictionCsv.HEADER.split(",", -1).length, line.split(",", -1).length);
  }
}
