package dev.marque.web;

import dev.marque.platform.Cidr;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which neighbours are our own reverse proxies. Forwarding headers count only if such a neighbour
 * sent them: anybody else could claim to be anyone.
 */
public final class Proxies {

  private final List<Cidr> trusted;

  /**
   * @param trusted where they connect from
   */
  public Proxies(List<Cidr> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /** Whether the connection comes from a trusted proxy. */
  public boolean trusts(HttpServerRequest request) {
    return request.remoteAddress() != null && trusts(request.remoteAddress().hostAddress());
  }

  private boolean trusts(@Nullable String address) {
    return address != null && trusted.stream().anyMatch(block -> block.contains(address));
  }

  /**
   * The address of the client itself: the last one in {@code X-Forwarded-For} that is not one of
   * our proxies, because what stands before it was written by the client.
   */
  public String clientAddress(HttpServerRequest request) {
    String neighbour =
        request.remoteAddress() == null ? "unknown" : request.remoteAddress().hostAddress();
    if (neighbour == null || !trusts(neighbour)) {
      return neighbour == null ? "unknown" : neighbour;
    }
    String[] chain = String.join(",", request.headers().getAll("X-Forwarded-For")).split(",", -1);
    String client = neighbour;
    for (int i = chain.length - 1; i >= 0 && trusts(client); i--) {
      String address = withoutPort(chain[i].strip());
      if (address.isEmpty()) {
        break;
      }
      client = address;
    }
    return client;
  }

  private static String withoutPort(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end < 0 ? "" : text.substring(1, end);
    }
    boolean portOfIpv4 = text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0;
    return portOfIpv4 ? text.substring(0, text.indexOf(':')) : text;
  }

  /** {@code scheme://host[:port]} as the browser wrote it, as far as trusted headers tell. */
  String origin(HttpServerRequest request) {
    boolean forwarded = trusts(request);
    String scheme = first(forwarded ? request.getHeader("X-Forwarded-Proto") : null);
    String host = first(forwarded ? request.getHeader("X-Forwarded-Host") : null);
    return (scheme == null ? request.scheme() : scheme)
        + "://"
        + (host == null ? String.valueOf(request.authority()) : host);
  }

  private static @Nullable String first(@Nullable String list) {
    return list == null ? null : list.split(",", 2)[0].strip();
  }
}
