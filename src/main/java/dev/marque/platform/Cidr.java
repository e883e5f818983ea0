package dev.marque.platform;

import io.netty.util.NetUtil;
import java.util.Arrays;

/**
 * A block of addresses, such as {@code 10.0.0.0/8} or {@code fd00::/8}; a single address is a block
 * of one. Never asks a name server.
 */
public final class Cidr {

  private final String text;
  private final byte[] network;
  private final int prefix;

  private Cidr(String text, byte[] network, int prefix) {
    this.text = text;
    this.network = network;
    this.prefix = prefix;
  }

  /**
   * Reads {@code address/prefix} or {@code address}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address.length == 0) {
      throw new IllegalArgumentException("not an address block: " + text);
    }
    int bits = address.length * 8;
    int prefix = slash < 0 ? bits : prefixLength(text.substring(slash + 1), bits, text);
    return new Cidr(text, address, prefix);
  }

  private static int prefixLength(String digits, int bits, String text) {
    try {
      int prefix = Integer.parseInt(digits);
      if (prefix >= 0 && prefix <= bits) {
        return prefix;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not an address block: " + text, e);
    }
    throw new IllegalArgumentException("not an address block: " + text);
  }

  /** Whether the numeric address lies in this block; false for anything that is no address. */
  public boolean contains(String address) {
    byte[] candidate = bytes(address);
    if (candidate.length != network.length) {
      return false;
    }
    int whole = prefix / 8;
    if (!Arrays.equals(network, 0, whole, candidate, 0, whole)) {
      return false;
    }
    int rest = prefix % 8;
    return rest == 0 || ((network[whole] ^ candidate[whole]) & 0xff & (0xff << (8 - rest))) == 0;
  }

  /** The text that it was read from. */
  @Override
  public String toString() {
    return text;
  }

  /** Four or sixteen bytes, IPv4 in IPv6 notation made four; none if it is no numeric address. */
  private static byte[] bytes(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      return new byte[0];
    }
    boolean mapped = bytes.length == 16 && bytes[10] == -1 && bytes[11] == -1;
    for (int i = 0; mapped && i < 10; i++) {
      mapped = bytes[i] == 0;
    }
    return mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
  }
}
