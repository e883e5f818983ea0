package dev.marque.app;

import dev.marque.vision.photo.PhotoFormat;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The photos in a folder and its subfolders.
 *
 * @param photos files with the extension of a photo format, sorted
 * @param unreadable folders and files that cannot be read, sorted
 */
record PhotoSearch(List<Path> photos, List<Path> unreadable) {

  /**
   * Searches a folder, which may be a symbolic link. Links inside it are not followed, since they
   * may form a cycle.
   */
  static PhotoSearch in(Path folder) throws IOException {
    Path real = folder.toRealPath();
    List<Path> photos = new ArrayList<>();
    List<Path> unreadable = new ArrayList<>();
    Files.walkFileTree(
        real,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (Files.isRegularFile(file) && PhotoFormat.isNamedLikePhoto(file)) {
              photos.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) {
            unreadable.add(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) {
            if (e != null) {
              unreadable.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return new PhotoSearch(named(photos, real, folder), named(unreadable, real, folder));
  }

  /** Returns paths that start as the user gave the folder. */
  private static List<Path> named(List<Path> paths, Path real, Path folder) {
    return paths.stream().map(path -> folder.resolve(real.relativize(path))).sorted().toList();
  }
}
