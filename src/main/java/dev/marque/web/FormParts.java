package dev.marque.web;

import dev.marque.platform.ByteSize;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.MemoryFileUpload;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Decodes a multipart form as it arrives. Vert.x can do so too, but closes the connection if
 * Netty's decoder fails on the headers of a part.
 */
final class FormParts implements AutoCloseable {

  private static final int FIELD_BYTES = 8 << 10;
  private static final int MAX_FIELDS = 64;
  private static final int BUFFERED_BYTES = 16 << 10;

  /** Netty parses the head of a part again from its start whenever more bytes arrive. */
  private static final int MIN_READ_BYTES = 8 << 10;

  private final HttpPostMultipartRequestDecoder decoder;
  private Buffer unread = Buffer.buffer();

  /**
   * @param files called with the field name and the file name at the start of each file; returns
   *     the consumer of its content, which must copy the buffers that it receives
   */
  FormParts(FormType type, BiFunction<String, String, Consumer<Buffer>> files) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    // Rebuilt, because Netty could take the boundary from another parameter than the validated one.
    head.headers()
        .set(
            HttpHeaderNames.CONTENT_TYPE,
            "multipart/form-data; boundary=\"" + type.boundary() + "\"");
    decoder =
        new HttpPostMultipartRequestDecoder(
            new Factory(files), head, type.charset(), MAX_FIELDS, BUFFERED_BYTES);
  }

  /**
   * Decodes the next bytes of the form.
   *
   * @throws Failure.Malformed ({@code multipart-malformed}, {@code form-field-too-long})
   */
  void add(Buffer chunk) {
    // Most chunks are large and are decoded without a copy.
    Buffer bytes = unread.length() == 0 ? chunk : unread.appendBuffer(chunk);
    int length = bytes.length();
    if (length < MIN_READ_BYTES) {
      unread = bytes == chunk ? chunk.copy() : bytes;
    } else {
      // Netty treats a CR as part of the value unless it sees the LF after it.
      int complete = bytes.getByte(length - 1) == '\r' ? length - 1 : length;
      Buffer rest = bytes.getBuffer(complete, length);
      read(bytes.slice(0, complete));
      unread = rest;
    }
  }

  /**
   * Ends the form.
   *
   * @return the fields that are not files
   * @throws Failure.Malformed ({@code multipart-malformed}, {@code form-field-too-long})
   */
  MultiMap end() {
    read(unread);
    offer(LastHttpContent.EMPTY_LAST_CONTENT);
    MultiMap fields = MultiMap.caseInsensitiveMultiMap();
    try {
      while (decoder.hasNext()) {
        if (decoder.next() instanceof Attribute field) {
          fields.add(field.getName(), field.getValue());
        }
      }
    } catch (HttpPostRequestDecoder.EndOfDataDecoderException end) {
      return fields;
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory does not fail", e);
    }
    // The body has ended before the boundary that ends the form.
    throw malformed();
  }

  private void read(Buffer bytes) {
    offer(new DefaultHttpContent(((BufferInternal) bytes).getByteBuf()));
  }

  private void offer(HttpContent content) {
    try {
      decoder.offer(content);
    } catch (RuntimeException e) {
      // Netty's own exceptions, and any others that its code throws on malformed headers.
      throw e.getCause() instanceof IOException
          ? new Failure.Malformed("form-field-too-long", new ByteSize(FIELD_BYTES))
          : malformed();
    }
  }

  /** Releases the buffers. Must be called exactly once. */
  @Override
  public void close() {
    decoder.destroy();
  }

  private static Failure.Malformed malformed() {
    return new Failure.Malformed("multipart-malformed");
  }

  private static final class Factory extends DefaultHttpDataFactory {

    private final BiFunction<String, String, Consumer<Buffer>> files;

    private Factory(BiFunction<String, String, Consumer<Buffer>> files) {
      super(false);
      this.files = files;
      setMaxLimit(FIELD_BYTES);
    }

    @Override
    public FileUpload createFileUpload(
        HttpRequest request,
        String name,
        String filename,
        String contentType,
        String contentTransferEncoding,
        Charset charset,
        long size) {
      return new StreamedFile(
          name,
          filename,
          contentType,
          contentTransferEncoding,
          charset,
          files.apply(name, filename));
    }
  }

  /** A file whose content goes straight to a consumer, without a second copy in Netty. */
  private static final class StreamedFile extends MemoryFileUpload {

    private final Consumer<Buffer> sink;

    private StreamedFile(
        String name,
        String filename,
        String contentType,
        String contentTransferEncoding,
        Charset charset,
        Consumer<Buffer> sink) {
      super(name, filename, contentType, contentTransferEncoding, charset, 0);
      this.sink = sink;
    }

    @Override
    public void addContent(ByteBuf content, boolean last) {
      try {
        sink.accept(BufferInternal.buffer(content));
      } finally {
        content.release();
      }
      if (last) {
        setCompleted();
      }
    }
  }
}
