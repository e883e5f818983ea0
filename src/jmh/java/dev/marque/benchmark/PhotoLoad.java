package dev.marque.benchmark;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Uploads one photo again and again over many connections, each with an account of its own, from
 * one thread: the load's own cost comes off the cores of the server. The photo goes from the file
 * to the sockets without passing through this process.
 */
final class PhotoLoad implements Closeable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: ([0-9]+)\r\n");

  private final InetSocketAddress address;
  private final Requests requests;
  private final List<Requests.Account> accounts = new ArrayList<>();

  /** Of each account, a request without its body; renewed with its token. */
  private final List<byte[]> heads = new CopyOnWriteArrayList<>();

  private final Path file = Files.createTempFile("marque-load", ".form");
  private final FileChannel photo;
  private final int length;
  private final Selector selector = Selector.open();
  private final Deque<Client> idle = new ArrayDeque<>();

  /** The moments at which requests should have been sent that found no idle connection. */
  private final Deque<Long> due = new ArrayDeque<>();

  private Answers answers = new Answers();
  private int busy;

  /** Makes the accounts, of which each connection has one. */
  PhotoLoad(URI server, byte[] jpeg, int accounts) throws IOException {
    address = new InetSocketAddress(server.getHost(), server.getPort());
    requests = new Requests(server);
    byte[] form = Requests.form(jpeg);
    Files.write(file, form);
    photo = FileChannel.open(file, StandardOpenOption.READ);
    length = form.length;
    for (int i = 0; i < accounts; i++) {
      Requests.Account account = requests.newAccount();
      this.accounts.add(account);
      heads.add(requests.uploadHead(requests.token(account), length));
    }
  }

  /** Signs all accounts in once more, since tokens run out; from any thread. */
  void renewTokens() throws IOException {
    for (int i = 0; i < accounts.size(); i++) {
      heads.set(i, requests.uploadHead(requests.token(accounts.get(i)), length));
    }
  }

  /** Every client sends its next photo when it has the answer to the last. */
  Answers saturate(int clients, Duration time) throws IOException {
    return run(clients, Double.POSITIVE_INFINITY, time);
  }

  /**
   * Sends at a set pace, whatever the answers are like. Durations count from the moment at which a
   * request was due.
   *
   * @param clients the most requests under way
   */
  Answers atPace(int clients, double perSecond, Duration time) throws IOException {
    return run(clients, perSecond, time);
  }

  private Answers run(int clients, double perSecond, Duration time) throws IOException {
    while (idle.size() < clients) {
      idle.add(new Client(idle.size() % heads.size()));
    }
    Deque<Client> resting = new ArrayDeque<>();
    while (idle.size() > clients) {
      resting.add(idle.removeLast());
    }
    // The server has closed connections that rested for long: they are made anew.
    selector.selectNow(key -> ((Client) key.attachment()).ready());
    answers = new Answers();
    boolean steady = Double.isInfinite(perSecond);
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long planned = 0;
    for (long now = begin; now < end || busy + due.size() > 0; now = System.nanoTime()) {
      if (now > end + PATIENCE.toNanos()) {
        break;
      }
      if (now < end && steady) {
        idle.forEach(client -> due.add(System.nanoTime()));
      } else if (now < end) {
        for (; planned < (now - begin) / 1e9 * perSecond; planned++) {
          due.add(begin + (long) (planned / perSecond * 1e9));
        }
      }
      while (!due.isEmpty() && !idle.isEmpty()) {
        send(idle.poll(), due.poll());
      }
      selector.select(key -> ((Client) key.attachment()).ready(), 1);
    }
    answers.lasted(time.toNanos() / 1e9);
    idle.addAll(resting);
    return answers;
  }

  private void send(Client client, long when) {
    busy++;
    answers.sent();
    client.begin(when);
  }

  /** One connection. */
  private final class Client {

    private final int account;
    private final ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
    private SocketChannel channel;
    private SelectionKey key;
    private ByteBuffer head = ByteBuffer.allocate(0);

    /** How much of the photo is sent; -1 where no request is under way. */
    private long sent = -1;

    private long since;

    Client(int account) throws IOException {
      this.account = account;
      connect();
    }

    private void connect() throws IOException {
      channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    void begin(long when) {
      since = when;
      sent = 0;
      head = ByteBuffer.wrap(heads.get(account));
      answer.clear();
      ready();
    }

    void ready() {
      try {
        if (sent >= 0) {
          write();
        }
        read();
      } catch (IOException e) {
        again();
      }
    }

    private void write() throws IOException {
      if (head.hasRemaining()) {
        channel.write(head);
      }
      while (!head.hasRemaining() && sent < length) {
        long now = photo.transferTo(sent, length - sent, channel);
        if (now == 0) {
          break;
        }
        sent += now;
      }
      boolean more = head.hasRemaining() || sent < length;
      key.interestOps(SelectionKey.OP_READ | (more ? SelectionKey.OP_WRITE : 0));
    }

    private void read() throws IOException {
      if (channel.read(answer) < 0) {
        throw new IOException("the connection ended");
      }
      // An early answer is not the end of the request: its photo is still to be sent.
      if (sent == length && isWhole()) {
        int status = Integer.parseInt(new String(answer.array(), 9, 3, StandardCharsets.US_ASCII));
        sent = -1;
        busy--;
        answers.answered(status, System.nanoTime() - since);
        idle.add(this);
      }
    }

    private boolean isWhole() {
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      Matcher declared = LENGTH.matcher(text);
      return end >= 0
          && declared.find()
          && text.length() >= end + 4 + Integer.parseInt(declared.group(1));
    }

    /** A connection that broke is made anew; its request counts as not answered. */
    private void again() {
      try {
        channel.close();
        connect();
      } catch (IOException e) {
        throw new IllegalStateException("the server is gone", e);
      }
      if (sent >= 0) {
        busy--;
        answers.broke();
        idle.add(this);
      }
      sent = -1;
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
    photo.close();
    Files.delete(file);
  }
}
