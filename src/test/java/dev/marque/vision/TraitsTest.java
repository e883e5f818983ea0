package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraitsTest {

  private static final List<Labels.Model> MODELS =
      List.of(
          new Labels.Model("Audi TTS Coupe 2012", "Audi"),
          new Labels.Model("Audi 100 Sedan 1994", "Audi"),
          new Labels.Model("Audi S6 Sedan 2011", "Audi"),
          new Labels.Model("Fiat", null));

  @ParameterizedTest
  @CsvSource({
    "Audi TTS Coupe 2012, COUPE",
    "Chevrolet Silverado 1500 Hybrid Crew Cab 2012, PICKUP",
    "Ford Ranger SuperCab 2011, PICKUP",
    "Dodge Caravan Minivan 1997, VAN",
    "Ford E-Series Wagon Van 2012, VAN",
    "Rolls-Royce Phantom Drophead Coupe Convertible 2012, CONVERTIBLE",
    "Chrysler 300 SRT-8 2010, SEDAN",
    "my own estate, ",
    "Audi, ",
    "Vanguard 1950, "
  })
  void the_body_type_is_derived_from_the_name(String model, BodyType type) {
    assertEquals(Optional.ofNullable(type), BodyType.ofModel(model));
  }

  @Test
  void every_model_of_the_shipped_network_has_a_body_type_and_a_decade() {
    for (Labels.Model model : ModelDescription.read(Path.of("model")).labels().models()) {
      if (model.brand() != null) {
        assertTrue(BodyType.ofModel(model.name()).isPresent(), model.name());
        assertTrue(Traits.decade(model.name()).isPresent(), model.name());
      }
    }
  }

  @Test
  void probabilities_of_models_add_up() {
    Traits traits = new Traits.Reader(MODELS).read(new double[] {0.35, 0.3, 0.3, 0.05});
    assertEquals(new Traits(BodyType.SEDAN, 2010), traits);
  }

  @Test
  void there_are_no_traits_without_a_majority() {
    assertEquals(Traits.NONE, new Traits.Reader(MODELS).read(new double[] {0.4, 0.35, 0.05, 0.2}));
    assertEquals(Traits.NONE, new Traits.Reader(List.of()).read(new double[0]));
  }
}
