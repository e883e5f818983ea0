package dev.marque.prediction;

import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.FieldErrors;
import dev.marque.web.Upload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The form fields of an upload.
 *
 * @param photos at least one, in the order sent
 * @param topK number of brands to return
 * @param evidence whether to return a link to the heat map
 */
record UploadForm(List<Upload.File> photos, int topK, boolean evidence) {

  static final String IMAGE = "image";
  static final Set<String> OPTIONS = Set.of("top_k", "evidence");

  UploadForm {
    photos = List.copyOf(photos);
  }

  /**
   * Validates an upload.
   *
   * @param topK value from the query, for a body that is the photo itself; may be {@code null}
   * @param evidence value from the query, as above
   * @param strict whether to reject unknown fields
   * @throws Failure.Invalid with all invalid fields
   */
  static UploadForm of(
      Upload upload, @Nullable String topK, @Nullable String evidence, boolean strict) {
    FieldErrors errors = new FieldErrors();
    if (strict) {
      addUnknown(upload, errors);
    }
    List<Upload.File> photos =
        upload.files().stream()
            .filter(file -> file.field().equals(IMAGE) || file.field().isEmpty())
            .toList();
    int brands =
        errors.read(() -> Fields.topK(value("top_k", upload, topK)), Fields.DEFAULT_BRANDS);
    boolean link =
        errors.read(() -> Fields.flag("evidence", value("evidence", upload, evidence)), false);
    if (photos.isEmpty()) {
      errors.add(IMAGE, "field.required");
      errors.requireNone("image-missing");
    }
    errors.requireNone();
    return new UploadForm(photos, brands, link);
  }

  private static @Nullable String value(String name, Upload upload, @Nullable String query) {
    List<String> values = new ArrayList<>(upload.fields().getAll(name));
    if (query != null) {
      values.add(query);
    }
    if (values.size() > 1) {
      throw Failure.Invalid.of(FieldError.of(name, "field.repeated"));
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static void addUnknown(Upload upload, FieldErrors errors) {
    for (String field : upload.fields().names()) {
      if (!OPTIONS.contains(field) && !field.equals(IMAGE)) {
        errors.add(field, "field.unknown");
      }
    }
    for (Upload.File file : upload.files()) {
      if (!file.field().equals(IMAGE) && !file.field().isEmpty()) {
        errors.add(file.field(), "field.unknown");
      }
    }
  }
}
