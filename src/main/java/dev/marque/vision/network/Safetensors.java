package dev.marque.vision.network;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The safetensors file format: eight bytes of header length, a JSON header, then the values
 * (https://huggingface.co/docs/safetensors). Supports the types F32 and F16.
 *
 * @param metadata free text by name, stored in the header
 */
public record Safetensors(Collection<Tensor> tensors, Map<String, String> metadata) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_HEADER_BYTES = 100 << 20;

  /** How a value is stored. */
  public enum Format {
    /** Single precision, four bytes. */
    F32(4),
    /** Half precision, two bytes; has no measurable effect on the accuracy of weights. */
    F16(2);

    private final int bytes;

    Format(int bytes) {
      this.bytes = bytes;
    }
  }

  public Safetensors {
    tensors = List.copyOf(tensors);
    metadata = Map.copyOf(metadata);
  }

  /**
   * Reads a file into memory.
   *
   * @throws InvalidModelException if it is missing, truncated or not of this format
   */
  public static Safetensors read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new InvalidModelException("there is no weights file " + file, e);
    } catch (IOException e) {
      throw new InvalidModelException("cannot read the weights file " + file, e);
    }
    try {
      return parse(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException | InvalidModelException e) {
      throw new InvalidModelException(
          "the weights file %s is damaged or truncated: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Safetensors parse(ByteBuffer bytes) throws IOException {
    require(bytes.remaining() >= 8, "it has only " + bytes.remaining() + " bytes");
    long headerLength = bytes.getLong();
    require(
        headerLength > 0 && headerLength <= Math.min(MAX_HEADER_BYTES, bytes.remaining()),
        "its header claims " + headerLength + " bytes");
    byte[] text = new byte[(int) headerLength];
    bytes.get(text);
    if (!(JSON.readTree(text) instanceof ObjectNode header)) {
      throw new InvalidModelException("its header is not a JSON object");
    }
    ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    List<Tensor> tensors = new ArrayList<>();
    Map<String, String> metadata = Map.of();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals("__metadata__")) {
        metadata = JSON.convertValue(entry.getValue(), new TypeReference<>() {});
      } else {
        tensors.add(tensor(entry.getKey(), entry.getValue(), data));
      }
    }
    return new Safetensors(tensors, metadata);
  }

  private static Tensor tensor(String name, JsonNode entry, ByteBuffer data) {
    String type = entry.path("dtype").asText();
    int[] shape = new int[entry.path("shape").size()];
    long size = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.path("shape").path(i).asInt(-1);
      require(shape[i] >= 0, name + " has a negative size");
      size = Math.multiplyExact(size, (long) shape[i]);
    }
    long begin = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    require(type.equals("F32") || type.equals("F16"), name + " has the type " + type);
    Format format = Format.valueOf(type);
    require(
        begin >= 0 && begin <= end && end <= data.capacity(),
        "%s claims bytes %d to %d of %d".formatted(name, begin, end, data.capacity()));
    require(
        end - begin == size * format.bytes, "the length of " + name + " does not match its shape");
    float[] values = new float[(int) size];
    ByteBuffer window = data.slice((int) begin, (int) (end - begin)).order(ByteOrder.LITTLE_ENDIAN);
    if (format == Format.F32) {
      window.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = HalfPrecision.toFloat(window.getShort());
      }
    }
    return new Tensor(name, shape, values);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new InvalidModelException(otherwise);
    }
  }

  /**
   * Writes the file atomically: a reader sees either the complete old file or the complete new one,
   * even after a crash during the write.
   */
  public void write(Path file, Format format) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      byte[] header = header(format);
      writeAll(
          channel,
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
      writeAll(channel, ByteBuffer.wrap(header));
      for (Tensor tensor : tensors) {
        writeAll(channel, bytes(tensor, format));
      }
      channel.force(true);
    }
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private byte[] header(Format format) {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      header.set("__metadata__", JSON.valueToTree(metadata));
    }
    long at = 0;
    for (Tensor tensor : tensors) {
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", format.name());
      ArrayNode shape = entry.putArray("shape");
      for (int size : tensor.shape()) {
        shape.add(size);
      }
      long end = at + (long) tensor.values().length * format.bytes;
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    // The format requires the values to start at a multiple of eight; the header is padded.
    byte[] padded = new byte[(text.length + 7) / 8 * 8];
    java.util.Arrays.fill(padded, (byte) ' ');
    System.arraycopy(text, 0, padded, 0, text.length);
    return padded;
  }

  private static ByteBuffer bytes(Tensor tensor, Format format) {
    ByteBuffer buffer =
        ByteBuffer.allocate(tensor.values().length * format.bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : tensor.values()) {
      if (format == Format.F32) {
        buffer.putFloat(value);
      } else {
        buffer.putShort(HalfPrecision.toHalf(value));
      }
    }
    return buffer.flip();
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
