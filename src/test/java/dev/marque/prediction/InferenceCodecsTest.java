package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.HeatMap;
import dev.marque.vision.Recognition;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class InferenceCodecsTest {

  private static final String PREFIX = "header of the event bus";

  private static <T> T overTheWire(MessageCodec<T, T> codec, T value) {
    Buffer wire = Buffer.buffer(PREFIX);
    codec.encodeToWire(wire, value);
    return codec.decodeFromWire(PREFIX.length(), wire);
  }

  @Test
  void a_request_is_decoded_unchanged_with_its_remaining_time() {
    long deadline = System.currentTimeMillis() + 20_000;
    ClassifyRequest sent =
        new ClassifyRequest(
            Buffer.buffer(new byte[] {-1, 0, 1}),
            deadline,
            UUID.randomUUID(),
            UUID.randomUUID(),
            "größer");
    ClassifyRequest arrived = overTheWire(new InferenceCodecs.RequestCodec(), sent);
    assertEquals(sent.photo(), arrived.photo());
    assertEquals(sent.call(), arrived.call());
    assertEquals(sent.account(), arrived.account());
    assertEquals(sent.requestId(), arrived.requestId());
    assertTrue(Math.abs(deadline - arrived.deadline()) < 5_000, "" + arrived.deadline());
  }

  @Test
  void a_result_is_decoded_unchanged() {
    Inference sent = Samples.inference();
    Inference arrived = overTheWire(new InferenceCodecs.InferenceCodec(), sent);
    Recognition actual = arrived.recognition();
    HeatMap map = sent.recognition().heatMap();
    assertEquals(map.width(), actual.heatMap().width());
    assertEquals(map.height(), actual.heatMap().height());
    assertArrayEquals(map.cells(), actual.heatMap().cells());
    // The array of a heat map is compared above, since records compare arrays by identity.
    Recognition withSameMap =
        new Recognition(
            actual.model(),
            actual.verdict(),
            actual.carProbability(),
            actual.accuracyAtThisConfidence(),
            actual.brands(),
            actual.closestModels(),
            actual.traits(),
            actual.advice(),
            map);
    assertEquals(
        sent,
        new Inference(
            withSameMap,
            arrived.width(),
            arrived.height(),
            arrived.copy(),
            arrived.thumbnail(),
            arrived.tookMillis()));
  }
}
