package dev.marque.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that says exactly what it is told, and reads as slowly as it is told. */
public final class RawHttp implements AutoCloseable {

  private static final int WHOLE_PATIENCE = 60_000;

  private final Socket socket = new Socket();

  private RawHttp(int port, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(WHOLE_PATIENCE);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** A connection to this machine. */
  public static RawHttp to(int port) throws IOException {
    return new RawHttp(port, 0);
  }

  /**
   * A connection of which little is under way, so that the server soon feels how it is read.
   *
   * @param bytes that the system holds for this side
   */
  public static RawHttp holding(int port, int bytes) throws IOException {
    return new RawHttp(port, bytes);
  }

  /** Sends all at once and reads to the end. */
  public static String exchange(int port, String request) throws IOException {
    try (RawHttp client = to(port)) {
      return client.send(request).rest();
    }
  }

  public RawHttp send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawHttp send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** What comes until the server closes the connection. */
  public String rest() throws IOException {
    return new String(in().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  public InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** Sends a byte again and again; returns what came when the server had closed the connection. */
  public String trickle(Duration between) {
    StringBuilder answer = new StringBuilder();
    try {
      socket.setSoTimeout((int) between.toMillis());
      OutputStream out = socket.getOutputStream();
      while (true) {
        try {
          int next = in().read();
          if (next < 0) {
            return answer.toString();
          }
          answer.append((char) next);
        } catch (SocketTimeoutException stillOpen) {
          out.write('a');
        }
      }
    } catch (IOException reset) {
      return answer.toString();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
