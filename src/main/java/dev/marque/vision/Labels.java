package dev.marque.vision;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.marque.vision.network.Heads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The classes of the network.
 *
 * @param brands in the order of the brand head
 * @param models in the order of the model head
 */
public record Labels(List<String> brands, List<Model> models) {

  /**
   * A fine class.
   *
   * @param name make, model and year, for example {@code Audi TTS Coupe 2012}; only the make if no
   *     more is known
   * @param brand its brand, or {@code null} for a make that is not one of the brands
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Model(String name, @Nullable String brand) {}

  public Labels {
    brands = List.copyOf(brands);
    models = List.copyOf(models);
  }

  public Heads heads() {
    return new Heads(brands.size(), models.size());
  }
}
