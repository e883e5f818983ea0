package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "127.0.0.1, 127.0.0.1, true",
    "127.0.0.1, 127.0.0.2, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fd12:3456::1, true",
    "fd00::/8, fe80::1, false",
    "10.0.0.0/8, ::ffff:10.1.2.3, true",
    "10.0.0.0/8, proxy.example, false",
  })
  void a_block_contains_the_addresses_in_its_range(String block, String address, boolean inside) {
    assertEquals(inside, Cidr.parse(block).contains(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "localhost", "10.0/8/8"})
  void invalid_blocks_are_rejected(String text) {
    assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
  }

  @Property
  void a_block_contains_exactly_the_addresses_with_its_prefix(
      @ForAll int network, @ForAll int address, @ForAll @IntRange(max = 32) int prefix) {
    long mask = prefix == 0 ? 0 : (0xffffffffL << (32 - prefix)) & 0xffffffffL;
    boolean shared = (network & mask) == (address & mask);
    assertEquals(shared, Cidr.parse(dotted(network) + "/" + prefix).contains(dotted(address)));
  }

  @Test
  void the_host_bits_of_a_block_are_ignored() {
    assertTrue(Cidr.parse("10.1.2.3/8").contains("10.9.9.9"));
    assertFalse(Cidr.parse("10.1.2.3/32").contains("10.9.9.9"));
  }

  private static String dotted(int bits) {
    return ((bits >>> 24) & 255)
        + "."
        + ((bits >>> 16) & 255)
        + "."
        + ((bits >>> 8) & 255)
        + "."
        + (bits & 255);
  }
}
