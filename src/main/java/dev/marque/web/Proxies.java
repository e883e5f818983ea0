package dev.marque.web;

import dev.marque.platform.Cidr;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trusted reverse proxies. Forwarding headers are honored only if a trusted proxy sent them,
 * because any client can forge them.
 */
public final class Proxies {

  private final List<Cidr> trusted;

  /**
   * @param trusted address ranges of the proxies
   */
  public Proxies(List<Cidr> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /** Returns whether the connection comes from a trusted proxy. */
  public boolean trusts(HttpServerRequest request) {
    return request.remoteAddress() != null && trusts(request.remoteAddress().hostAddress());
  }

  private boolean trusts(@Nullable String address) {
    return address != null && trusted.stream().anyMatch(block -> block.contains(address));
  }

  /**
   * Returns the address of the client itself: the last one in {@code X-Forwarded-For} that is not a
   * trusted proxy, because the client may have written the entries before it.
   */
  public String clientAddress(HttpServerRequest request) {
    String peer =
        request.remoteAddress() == null ? "unknown" : request.remoteAddress().hostAddress();
    if (peer == null || !trusts(peer)) {
      return peer == null ? "unknown" : peer;
    }
    String[] chain = String.join(",", request.headers().getAll("X-Forwarded-For")).split(",", -1);
    String client = peer;
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

  /** Returns {@code scheme://host[:port]} as the browser sees it, according to trusted headers. */
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
