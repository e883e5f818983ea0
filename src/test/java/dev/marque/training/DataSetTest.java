package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSetTest {

  @TempDir private Path folder;

  private void photos(String brand, int count) throws Exception {
    Files.createDirectories(folder.resolve(brand));
    for (int i = 0; i < count; i++) {
      Files.createFile(folder.resolve(brand).resolve("photo " + i + ".JPG"));
    }
  }

  private static String rejection(Path folder) {
    return String.valueOf(
        assertThrows(DataSetException.class, () -> DataSet.open(folder)).getMessage());
  }

  @Test
  void folders_are_brands_and_about_one_photo_in_eight_is_for_validation() throws Exception {
    photos("Škoda", 200);
    photos("Fiat", 200);
    Files.createFile(folder.resolve("Fiat/notes.txt"));
    DataSet data = DataSet.open(folder);
    assertEquals(List.of("Fiat", "Škoda"), data.labels().brands());
    assertEquals(400, data.training().size() + data.validation().size());
    assertTrue(Math.abs(data.validation().size() - 50) < 20, "" + data.validation().size());
    Set<String> training =
        data.training().stream().map(LabelledPhoto::name).collect(Collectors.toSet());
    assertTrue(data.validation().stream().noneMatch(photo -> training.contains(photo.name())));
  }

  @Test
  void adding_photos_does_not_change_the_split() throws Exception {
    photos("A", 40);
    photos("B", 40);
    List<String> before =
        DataSet.open(folder).validation().stream().map(LabelledPhoto::name).toList();
    String fingerprint = DataSet.open(folder).fingerprint();
    photos("C", 10);
    List<String> after =
        DataSet.open(folder).validation().stream().map(LabelledPhoto::name).toList();
    assertTrue(after.containsAll(before));
    assertNotEquals(fingerprint, DataSet.open(folder).fingerprint());
  }

  @Test
  void every_brand_has_a_training_photo_however_few_it_has() throws Exception {
    for (int brand = 0; brand < 300; brand++) {
      photos("Brand " + brand, 1 + brand % 2);
    }
    DataSet data = DataSet.open(folder);
    assertEquals(300, data.labels().brands().size());
    assertTrue(data.validation().size() > 5, "and pairs are split");
  }

  @Test
  void brands_without_validation_photos_are_reported() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"), "path,brand\na.jpg,Audi\nb.jpg,BMW\ns.jpg,Seat\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand\nc.jpg,BMW\n");
    assertEquals(List.of("Audi", "Seat"), DataSet.open(folder).brandsWithoutValidation());
    assertEquals(List.of(), DataSet.open(folder).labels().models());
  }

  @Test
  void a_brand_with_only_validation_photos_is_named() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"),
        "path,brand,model,year\na.jpg,Audi,TT,2012\nb.jpg,BMW,M3,2010\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand,model,year\nc.jpg,Seat,Ibiza,2010\n");
    assertTrue(rejection(folder).contains("Seat"));
  }

  @Test
  void a_missing_folder_a_single_brand_or_an_empty_brand_is_rejected() throws Exception {
    assertTrue(rejection(folder.resolve("nowhere")).contains("nowhere"));
    photos("Fiat", 3);
    assertTrue(rejection(folder).contains("at least two"));
    photos("Seat", 0);
    assertTrue(rejection(folder).contains("Seat"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.json", "checkpoint.safetensors"})
  void a_trained_model_among_the_brands_is_no_brand_but_a_brand_with_a_model_is(String file)
      throws Exception {
    photos("Fiat", 3);
    photos("Seat", 3);
    Files.createDirectory(folder.resolve("out"));
    Files.createFile(folder.resolve("out/confusion.png"));
    Files.createFile(folder.resolve("out").resolve(file));
    assertEquals(List.of("Fiat", "Seat"), DataSet.open(folder).labels().brands());
    Files.createFile(folder.resolve("Seat").resolve(file));
    assertEquals(List.of("Fiat", "Seat"), DataSet.open(folder).labels().brands());
  }

  @Test
  void lists_have_brand_model_and_year() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"),
        "path,brand,model,year\na.jpg,Audi,\"TT, S\",2012\nb.jpg,BMW,M3,2010\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand,model,year\nc.jpg,BMW,M3,2010\n");
    Files.writeString(folder.resolve("other-makes.csv"), "path,brand\no.jpg,Fiat\n");
    Files.writeString(folder.resolve("not-a-car.csv"), "path,subject\nn.jpg,dog\n");
    DataSet data = DataSet.open(folder);
    assertEquals(
        List.of("Audi TT, S 2012", "BMW M3 2010", "Fiat"),
        data.labels().models().stream().map(model -> model.name()).toList());
    assertEquals(null, data.labels().models().get(2).brand());
    assertEquals(1, data.otherMakes().size());
    assertEquals(false, data.notACar().get(0).car());
  }

  @Test
  void every_brand_can_win_although_only_some_photos_have_a_model() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"),
        "path,brand,model,year\na.jpg,Audi,TT,2012\nb.jpg,Audi,,\nc.jpg,BMW,,2010\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand\nd.jpg,BMW\n");
    Files.writeString(folder.resolve("other-makes.csv"), "path,brand\no.jpg,Fiat\n");
    DataSet data = DataSet.open(folder);
    assertEquals("BMW", data.validation().get(0).model());
    Labels labels = data.labels();
    assertEquals(
        List.of("Audi", "Audi TT 2012", "BMW", "Fiat"),
        labels.models().stream().map(Labels.Model::name).toList());
    for (int brand = 0; brand < 2; brand++) {
      float[] logits = new float[labels.heads().logits()];
      logits[brand] = 50;
      logits[2 + 2 * brand] = 50;
      assertEquals(1, Scores.of(logits, labels).brands()[brand], 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jpg", "sub/../a.jpg", "o.jpg"})
  void a_training_photo_must_not_be_a_validation_photo(String photo) throws Exception {
    Files.writeString(folder.resolve("train.csv"), "path,brand\na.jpg,Audi\nb.jpg,BMW\n");
    Files.writeString(folder.resolve("other-makes.csv"), "path,brand\no.jpg,Fiat\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand\nc.jpg,BMW\n");
    DataSet.open(folder);
    Files.writeString(folder.resolve("val.csv"), "path,brand\nc.jpg,BMW\n" + photo + ",Audi\n");
    assertTrue(rejection(folder).startsWith(photo + " is in val.csv and in a training list"));
  }

  @Test
  void an_invalid_row_is_reported_with_file_and_line() throws Exception {
    Files.writeString(folder.resolve("train.csv"), "path,brand,model,year\na.jpg,Audi\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand,model,year\n");
    String message = rejection(folder);
    assertTrue(message.contains("train.csv, line 2"), message);
  }

  @Test
  void a_list_written_by_excel_is_read() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"),
        "\uFEFFpath,brand,model,year\r\na.jpg,Audi,TT,2012\r\nb.jpg,BMW,M3,2010\r\n");
    Files.writeString(folder.resolve("val.csv"), "\uFEFFpath,brand,model,year\r\n");
    assertEquals(List.of("Audi", "BMW"), DataSet.open(folder).labels().brands());
  }

  @Test
  void a_list_in_another_encoding_is_named_with_the_right_one() throws Exception {
    Files.writeString(
        folder.resolve("train.csv"),
        "path,brand\na.jpg,Citroën\nb.jpg,BMW\n",
        StandardCharsets.ISO_8859_1);
    assertEquals(
        "the list %s is not in UTF-8; save it as such, in Excel as CSV UTF-8"
            .formatted(folder.resolve("train.csv")),
        rejection(folder));
  }

  @Test
  void a_missing_column_is_named_with_its_list() throws Exception {
    Files.writeString(folder.resolve("train.csv"), "path,make,model,year\na.jpg,Audi,TT,2012\n");
    Files.writeString(folder.resolve("val.csv"), "path,brand\n");
    String message = rejection(folder);
    assertTrue(message.contains("train.csv has no column brand: "), message);
  }
}
