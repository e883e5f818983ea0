package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({"10 MiB,10485760", "1048576,1048576", "2kB,2000", "1 gib,1073741824", "7 B,7"})
  void a_size_is_a_number_with_an_optional_unit(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text).bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "0", "1.5 MiB", "1 mile", "999999999999999999 GiB"})
  void anything_else_is_rejected(String text) {
    assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text));
  }

  @Test
  void it_is_formatted_in_the_largest_unit_that_divides_it() {
    assertEquals("10 MiB", new ByteSize(10 << 20).toString());
    assertEquals("3 KiB", new ByteSize(3072).toString());
    assertEquals("1000 B", new ByteSize(1000).toString());
  }
}
