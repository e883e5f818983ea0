package dev.marque.web;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * The body of a request that carries files.
 *
 * @param files in the order sent
 * @param fields the other fields of the form
 */
public record Upload(List<File> files, MultiMap fields) {

  public Upload {
    files = List.copyOf(files);
  }

  /**
   * One file.
   *
   * @param field the form field's name; empty for a body that is the file itself
   * @param name the client's file name: untrusted, must not be used as a path
   * @param content its bytes
   */
  public record File(String field, String name, Buffer content) {}
}
