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
  void a_line_has_the_cells_of_the_header() {
    assertEquals(
        "id,created_at,file_name,width,height,model,verdict,car_probability,"
            + "accuracy_at_this_confidence,brand,probability,second_brand,second_probability,"
            + "closest_model,correction,took_ms\r\n",
        PredictionCsv.HEADER);
    assertEquals(
        "0192f0c1-0000-7000-8000-000000000001,2026-11-23T18:21:18Z,p.jpg,1632,1224,marque-1,"
            + "confident,0.998,0.97,Audi,0.93,Volkswagen,0.05,Audi TTS Coupe 2012,Porsche,11.2\r\n",
        PredictionCsv.line(Samples.prediction()));
  }
}
