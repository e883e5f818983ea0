package dev.marque.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An HTTP client that sends exactly the given bytes and reads at the caller's pace. */
public final class RawHttp implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 60_000;
  private static final Pattern LENGTH =
      Pattern.compile("^content-length: (\\d+)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final Socket socket = new Socket();

  private RawHttp(int port, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Opens a connection to a port of this machine. */
  public static RawHttp to(int port) throws IOException {
    return new RawHttp(port, 0);
  }

  /**
   * Opens a connection with a small receive buffer, so that the server is affected by the reading
   * rate.
   *
   * @param bytes size of the receive buffer
   */
  public static RawHttp holding(int port, int bytes) throws IOException {
    return new RawHttp(port, bytes);
  }

  /** Sends a request at once and reads until the server closes the connection. */
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

  /** Reads until the server closes the connection. */
  public String rest() throws IOException {
    return new String(in().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Reads one answer, which must state its length; the connection may stay open. */
  String readAnswer() throws IOException {
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      int next = in().read();
      if (next < 0) {
        throw new EOFException("the connection was closed after: " + answer);
      }
      answer.append((char) next);
    }
    Matcher length = LENGTH.matcher(answer);
    if (!length.find()) {
      throw new IOException("no length: " + answer);
    }
    byte[] body = in().readNBytes(Integer.parseInt(length.group(1)));
    return answer.append(new String(body, StandardCharsets.ISO_8859_1)).toString();
  }

  public InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /** Sends single bytes until the server closes the connection; returns what was received. */
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
