package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JpegFrameTest {

  private static final String LOSSLESS = "ffc3000b0810001000010111000000";

  private static int kind(String jpeg) {
    return JpegFrame.kind(HexFormat.of().parseHex(jpeg));
  }

  /** Decoders skip anything in front of the frame, and so must this. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ffe000040000",
        "00",
        "ff00ff00",
        "ffffff",
        "ff01",
        "ffd0",
        "ffd9",
        "ffc400040000",
        "ff01fffe000affc0000000000000"
      })
  void the_frame_is_found_after_segments_fillers_and_stray_bytes(String before) {
    assertEquals(3, kind("ffd8" + before + LOSSLESS));
  }

  @Test
  void other_frame_types_are_distinguished() {
    assertEquals(0, kind("ffd8ffc0000b08"));
    assertEquals(2, kind("ffd8ffc2000b08"));
    assertEquals(-1, kind("ffd8ffda000c03"));
  }

  @Test
  void without_a_frame_the_need_is_that_of_the_worst_case() {
    byte[] none = HexFormat.of().parseHex("ffd8ffda000c03");
    byte[] lossless = HexFormat.of().parseHex("ffd8" + LOSSLESS);
    assertEquals(
        DecodingNeed.of(lossless, PhotoFormat.JPEG, 4000, 3000, 12_000_000),
        DecodingNeed.of(none, PhotoFormat.JPEG, 4000, 3000, 12_000_000));
  }
}
