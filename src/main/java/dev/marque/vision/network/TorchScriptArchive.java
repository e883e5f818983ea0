package dev.marque.vision.network;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive, the zip file that {@code torch.jit.load} opens: the program as
 * source, a pickle of the module and one entry for the values of each tensor. PyTorch describes the
 * layout in torch/csrc/jit/docs/serialization.md.
 *
 * <p>For inference, kernels are stored in channels-last memory format, like the network's input.
 * From the default format, {@code conv2d} would convert them in every forward pass.
 *
 * @param source the module's class {@code __torch__.M}
 * @param members its tensors, in the order of the source
 * @param training whether the module starts in training mode and its parameters require gradients
 */
record TorchScriptArchive(String source, List<Member> members, boolean training) {

  private static final String ROOT = "marque/";

  /**
   * A tensor of the module.
   *
   * @param attribute its name in the source
   * @param values in the default memory format
   * @param trained whether it is a parameter; otherwise it is a buffer
   * @param precision storage format of its values; in {@link Precision#INT8} they are whole numbers
   */
  record Member(
      String attribute, int[] shape, float[] values, boolean trained, Precision precision) {}

  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "data.pkl", new ModulePickle(this).bytes());
      entry(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < members.size(); i++) {
        entry(zip, "data/" + i, bytes(members.get(i)));
      }
      entry(zip, "constants.pkl", ModulePickle.EMPTY_TUPLE);
      entry(zip, "version", "3\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private boolean isChannelsLast(Member member) {
    return !training && member.shape().length == 4;
  }

  /** Returns a kernel's values with the input channel as the innermost dimension. */
  private static float[] channelsLast(Member member) {
    float[] values = member.values();
    int channels = member.shape()[1];
    int positions = member.shape()[2] * member.shape()[3];
    float[] reordered = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int position = i % positions;
      int channel = i / positions % channels;
      int filter = i / positions / channels;
      reordered[(filter * positions + position) * channels + channel] = values[i];
    }
    return reordered;
  }

  private byte[] bytes(Member member) {
    float[] values = isChannelsLast(member) ? channelsLast(member) : member.values();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (member.precision()) {
        case FLOAT32 -> bytes.putFloat(value);
        case BFLOAT16 -> bytes.putShort(toBfloat16(value));
        case INT8 -> bytes.put((byte) value);
      }
    }
    return java.util.Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Returns the upper half of the bits, rounded to nearest, ties to even. */
  private static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Adds an uncompressed entry, because PyTorch maps the entries into memory. */
  private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(ROOT + name);
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(checksum.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Python's pickle of the module, protocol 2, with only the opcodes that a module needs. */
  private static final class ModulePickle {

    static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ModulePickle(TorchScriptArchive archive) {
      out.writeBytes(new byte[] {(byte) 0x80, 2});
      global("__torch__", "M");
      out.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
      text("training");
      bool(archive.training);
      for (int i = 0; i < archive.members.size(); i++) {
        Member member = archive.members.get(i);
        text(member.attribute());
        int[] strides = strides(member.shape(), archive.isChannelsLast(member));
        tensor(i, member, strides, archive.training && member.trained());
      }
      out.writeBytes(new byte[] {'u', 'b', '.'});
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void tensor(int index, Member member, int[] strides, boolean gradients) {
      global("torch._utils", "_rebuild_tensor_v2");
      out.writeBytes(new byte[] {'(', '('});
      text("storage");
      global("torch", storage(member.precision()));
      text(Integer.toString(index));
      text("cpu");
      integer(member.values().length);
      out.writeBytes(new byte[] {'t', 'Q'});
      integer(0);
      tuple(member.shape());
      tuple(strides);
      bool(gradients);
      global("collections", "OrderedDict");
      out.writeBytes(new byte[] {')', 'R', 't', 'R'});
    }

    private static String storage(Precision precision) {
      return switch (precision) {
        case FLOAT32 -> "FloatStorage";
        case BFLOAT16 -> "BFloat16Storage";
        case INT8 -> "CharStorage";
      };
    }

    private static int[] strides(int[] shape, boolean channelsLast) {
      if (channelsLast) {
        return new int[] {shape[1] * shape[2] * shape[3], 1, shape[1] * shape[3], shape[1]};
      }
      int[] strides = new int[shape.length];
      int stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= shape[i];
      }
      return strides;
    }

    private void tuple(int[] values) {
      out.write('(');
      for (int value : values) {
        integer(value);
      }
      out.write('t');
    }

    private void text(String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      out.write('X');
      littleEndian(bytes.length);
      out.writeBytes(bytes);
    }

    private void integer(int value) {
      if (value >= 0 && value < 256) {
        out.write('K');
        out.write(value);
      } else {
        out.write('J');
        littleEndian(value);
      }
    }

    private void bool(boolean value) {
      out.write(value ? 0x88 : 0x89);
    }

    private void global(String module, String name) {
      out.write('c');
      out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void littleEndian(int value) {
      for (int shift = 0; shift < 32; shift += 8) {
        out.write(value >>> shift);
      }
    }
  }
}
