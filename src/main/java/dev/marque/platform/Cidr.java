package dev.marque.platform;

import io.netty.util.NetUtil;
import java.util.Arrays;

/**
 * A CIDR block of IP addresses, for example {@code 10.0.0.0/8} or {@code fd00::/8}; a single
 * address is a block of one. Never queries a name server.
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
   * Parses {@code address/prefix} or {@code address}.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address.length == 0) {
      throw new IllegalArgumentException("Not an address block: " + text);
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
      throw new IllegalArgumentException("Not an address block: " + text, e);
    }
    throw new IllegalArgumentException("Not an address block: " + text);
  }

  /** Returns whether the numeric address is in this block; false if it is not an address. */
  public boolean contains(String address) {
    byte[] candidate = bytes(address);
    if (candidate.length != network.length) {
      return false;
    }
    int bytes = prefix / 8;
    if (!Arrays.equals(network, 0, bytes, candidate, 0, bytes)) {
      return false;
    }
    int bits = prefix % 8;
    return bits == 0 || ((network[bytes] ^ candidate[bytes]) & 0xff & (0xff << (8 - bits))) == 0;
  }

  /** Returns the text that this block was parsed from. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * Returns the address as 4 or 16 bytes, IPv4-mapped IPv6 addresses as 4; empty if it is not a
   * numeric address.
   */
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
