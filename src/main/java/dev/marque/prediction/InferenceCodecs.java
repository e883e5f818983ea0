package dev.marque.prediction;

import dev.marque.vision.HeatMap;
import dev.marque.vision.Recognition;
import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Codecs for requests and results on the event bus. Within a process, objects are passed as they
 * are, since both are immutable; between processes, they are encoded as length-prefixed fields.
 */
final class InferenceCodecs {

  private InferenceCodecs() {}

  /** Registers both codecs; call it once per event bus. */
  static void register(EventBus bus) {
    bus.registerDefaultCodec(ClassifyRequest.class, new RequestCodec());
    bus.registerDefaultCodec(Inference.class, new InferenceCodec());
  }

  static final class RequestCodec implements MessageCodec<ClassifyRequest, ClassifyRequest> {

    @Override
    public void encodeToWire(Buffer wire, ClassifyRequest request) {
      // The remaining time instead of the deadline: the clocks of two machines differ.
      wire.appendLong(request.deadline() - System.currentTimeMillis());
      uuid(wire, request.call());
      uuid(wire, request.account());
      text(wire, request.requestId());
      bytes(wire, request.photo());
    }

    @Override
    public ClassifyRequest decodeFromWire(int at, Buffer wire) {
      Reader reader = new Reader(wire, at);
      long deadline = System.currentTimeMillis() + reader.longInteger();
      UUID call = reader.uuid();
      UUID account = reader.uuid();
      String requestId = reader.text();
      return new ClassifyRequest(reader.bytes(), deadline, call, account, requestId);
    }

    @Override
    public ClassifyRequest transform(ClassifyRequest request) {
      return request;
    }

    @Override
    public String name() {
      return "marque.classify-request";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }

  static final class InferenceCodec implements MessageCodec<Inference, Inference> {

    @Override
    public void encodeToWire(Buffer wire, Inference inference) {
      Recognition recognition = inference.recognition();
      wire.appendInt(inference.width()).appendInt(inference.height());
      wire.appendDouble(inference.tookMillis());
      text(wire, recognition.model());
      text(wire, recognition.verdict().name());
      wire.appendDouble(recognition.carProbability());
      wire.appendDouble(recognition.accuracyAtThisConfidence());
      scored(wire, recognition.brands());
      scored(wire, recognition.closestModels());
      String bodyType = recognition.traits().bodyTypeCode();
      text(wire, bodyType == null ? "" : bodyType);
      Integer decade = recognition.traits().decade();
      wire.appendInt(decade == null ? 0 : decade);
      wire.appendInt(recognition.advice().size());
      recognition.advice().forEach(advice -> text(wire, advice));
      wire.appendInt(recognition.heatMap().width()).appendInt(recognition.heatMap().height());
      for (float cell : recognition.heatMap().cells()) {
        wire.appendFloat(cell);
      }
      bytes(wire, inference.copy());
      bytes(wire, inference.thumbnail());
    }

    @Override
    public Inference decodeFromWire(int at, Buffer wire) {
      Reader reader = new Reader(wire, at);
      int width = reader.integer();
      int height = reader.integer();
      double tookMillis = reader.real();
      String model = reader.text();
      Verdict verdict = Verdict.valueOf(reader.text());
      double carProbability = reader.real();
      double accuracy = reader.real();
      List<Scored> brands = reader.scored();
      List<Scored> closestModels = reader.scored();
      String bodyType = reader.text();
      int decade = reader.integer();
      Traits traits = Traits.of(bodyType.isEmpty() ? null : bodyType, decade == 0 ? null : decade);
      List<String> advice = new ArrayList<>();
      for (int remaining = reader.integer(); remaining > 0; remaining--) {
        advice.add(reader.text());
      }
      int columns = reader.integer();
      int rows = reader.integer();
      float[] cells = new float[columns * rows];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = reader.single();
      }
      Recognition recognition =
          new Recognition(
              model,
              verdict,
              carProbability,
              accuracy,
              brands,
              closestModels,
              traits,
              advice,
              new HeatMap(columns, rows, cells));
      return new Inference(recognition, width, height, reader.bytes(), reader.bytes(), tookMillis);
    }

    @Override
    public Inference transform(Inference inference) {
      return inference;
    }

    @Override
    public String name() {
      return "marque.inference";
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }

  private static void bytes(Buffer wire, Buffer bytes) {
    wire.appendInt(bytes.length()).appendBuffer(bytes);
  }

  private static void uuid(Buffer wire, UUID id) {
    wire.appendLong(id.getMostSignificantBits()).appendLong(id.getLeastSignificantBits());
  }

  private static void text(Buffer wire, String text) {
    bytes(wire, Buffer.buffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void scored(Buffer wire, List<Scored> scored) {
    wire.appendInt(scored.size());
    for (Scored one : scored) {
      text(wire, one.name());
      wire.appendDouble(one.probability());
    }
  }

  /** Reads consecutive fields. */
  private static final class Reader {
    private final Buffer wire;
    private int at;

    Reader(Buffer wire, int at) {
      this.wire = wire;
      this.at = at;
    }

    int integer() {
      at += Integer.BYTES;
      return wire.getInt(at - Integer.BYTES);
    }

    long longInteger() {
      at += Long.BYTES;
      return wire.getLong(at - Long.BYTES);
    }

    UUID uuid() {
      long high = longInteger();
      return new UUID(high, longInteger());
    }

    double real() {
      at += Double.BYTES;
      return wire.getDouble(at - Double.BYTES);
    }

    float single() {
      at += Float.BYTES;
      return wire.getFloat(at - Float.BYTES);
    }

    Buffer bytes() {
      int length = integer();
      at += length;
      return wire.getBuffer(at - length, at);
    }

    String text() {
      return bytes().toString(StandardCharsets.UTF_8);
    }

    List<Scored> scored() {
      List<Scored> scored = new ArrayList<>();
      for (int remaining = integer(); remaining > 0; remaining--) {
        String name = text();
        scored.add(new Scored(name, real()));
      }
      return scored;
    }
  }
}
