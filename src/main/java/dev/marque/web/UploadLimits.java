package dev.marque.web;

import dev.marque.platform.ByteSize;

/**
 * How many bytes uploads may have.
 *
 * @param fileBytes of one file
 * @param totalBytes of all files of one request
 * @param memoryBytes of all requests that are held at once
 */
record UploadLimits(long fileBytes, long totalBytes, long memoryBytes) {

  /** For the fields of a form, and for the boundaries and headers of its parts. */
  private static final long FORM_OVERHEAD = 64 << 10;

  /** Returns how many bytes a body may have: that of a form, or that which is the file itself. */
  long bodyBytes(boolean form) {
    return form ? totalBytes + FORM_OVERHEAD : fileBytes;
  }

  /** Returns the failure for a file, or for a body with an unknown number of files. */
  Failure tooLarge() {
    return failure("upload-too-large");
  }

  /** Returns the failure for files of which each is small enough, but not all together. */
  Failure tooLargeTogether() {
    return failure("uploads-too-large");
  }

  private Failure failure(String type) {
    return new Failure.TooLarge(type, new ByteSize(fileBytes), new ByteSize(totalBytes));
  }
}
