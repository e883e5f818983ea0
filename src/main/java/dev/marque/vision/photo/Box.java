package dev.marque.vision.photo;

/** A rectangle in a photo, in pixels. Beyond the photo, its border pixels are repeated. */
public record Box(double left, double top, double right, double bottom) {

  public Box {
    if (!(right > left && bottom > top)) {
      throw new IllegalArgumentException(
          "a box from %s, %s to %s, %s is empty".formatted(left, top, right, bottom));
    }
  }

  /** Returns the bounds of a photo. */
  public static Box all(Pixels photo) {
    return new Box(0, 0, photo.width(), photo.height());
  }

  public double width() {
    return right - left;
  }

  public double height() {
    return bottom - top;
  }
}
