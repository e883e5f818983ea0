package dev.marque.benchmark;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Uploads one photo repeatedly over many connections, each with its own account.
 *
 * <p>Because the load generator shares the server's cores, one thread drives all connections, sends
 * each request with one system call (a head sent by itself would wake the server once more), and in
 * an open loop wakes up at fixed times only.
 *
 * <p>Not thread-safe, except for {@link #renewTokens}.
 */
final class PhotoLoad implements Closeable {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * The time between two looks of an open loop at what is due and what has arrived. Waking up for
   * every answer would cost the load generator a third more processor time.
   */
  private static final Duration TICK = Duration.ofMillis(4);

  /** As the server writes it. */
  private static final String LENGTH = "\r\ncontent-length: ";

  private final InetSocketAddress address;
  private final Requests requests;
  private final List<Requests.Account> accounts = new ArrayList<>();

  /** The upload's request head for each account; replaced when its token is renewed. */
  private final List<byte[]> heads = new CopyOnWriteArrayList<>();

  private final ByteBuffer form;
  private final Selector selector = Selector.open();
  private final Deque<Client> idle = new ArrayDeque<>();

  /** When the requests that wait for an idle connection were due, by {@link System#nanoTime}. */
  private final Deque<Long> due = new ArrayDeque<>();

  private Answers answers = new Answers();
  private int busy;

  /** Creates the accounts that the connections use. */
  PhotoLoad(URI server, byte[] jpeg, int accounts) throws IOException {
    address = new InetSocketAddress(server.getHost(), server.getPort());
    requests = new Requests(server);
    byte[] bytes = Requests.form(jpeg);
    form = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    for (int i = 0; i < accounts; i++) {
      Requests.Account account = requests.newAccount();
      this.accounts.add(account);
      heads.add(requests.uploadHead(requests.token(account), form.limit()));
    }
  }

  /** Signs all accounts in again, because access tokens expire. May be called by any thread. */
  void renewTokens() throws IOException {
    for (int i = 0; i < accounts.size(); i++) {
      heads.set(i, requests.uploadHead(requests.token(accounts.get(i)), form.limit()));
    }
  }

  /** Closed loop: each client sends its next photo once the last is answered. */
  Answers saturate(int clients, Duration time) throws IOException {
    return run(clients, Double.POSITIVE_INFINITY, time);
  }

  /**
   * Open loop: sends at a fixed rate, however the server answers. Durations are measured from when
   * a request was due, so they include the wait for an idle connection; they are too long by up to
   * two {@linkplain #TICK ticks}.
   *
   * @param clients maximum number of requests in flight
   */
  Answers atRate(int clients, double perSecond, Duration time) throws IOException {
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
    // Reopen connections that the server closed because they were idle.
    selector.selectNow(key -> ((Client) key.attachment()).ready());
    answers = new Answers();
    boolean closedLoop = Double.isInfinite(perSecond);
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long planned = 0;
    for (long now = begin; now < end || busy + due.size() > 0; now = System.nanoTime()) {
      if (now > end + TIMEOUT.toNanos()) {
        break;
      }
      if (now < end && closedLoop) {
        idle.forEach(client -> due.add(System.nanoTime()));
      } else if (now < end) {
        for (; planned < (now - begin) / 1e9 * perSecond; planned++) {
          due.add(begin + (long) (planned / perSecond * 1e9));
        }
      }
      while (!due.isEmpty() && !idle.isEmpty()) {
        send(idle.poll(), due.poll());
      }
      if (closedLoop) {
        selector.select(key -> ((Client) key.attachment()).ready(), 1);
      } else {
        long tick = (now - begin) / TICK.toNanos() + 1;
        LockSupport.parkNanos(begin + tick * TICK.toNanos() - System.nanoTime());
        selector.selectNow(key -> ((Client) key.attachment()).ready());
      }
    }
    answers.setDuration(time.toNanos() / 1e9);
    idle.addAll(resting);
    return answers;
  }

  private void send(Client client, long dueAt) {
    busy++;
    answers.recordSent();
    client.start(dueAt);
  }

  /** One connection. */
  private final class Client {

    private final int account;
    private final ByteBuffer response = ByteBuffer.allocate(64 * 1024);
    private SocketChannel channel;
    private SelectionKey key;

    /** What is left to send: the head and the form. */
    private final ByteBuffer[] request = new ByteBuffer[2];

    private boolean inFlight;
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

    void start(long dueAt) {
      inFlight = true;
      since = dueAt;
      request[0] = ByteBuffer.wrap(heads.get(account));
      request[1] = form.duplicate();
      response.clear();
      try {
        write();
      } catch (IOException e) {
        reconnect();
      }
    }

    void ready() {
      try {
        if (inFlight && request[1].hasRemaining()) {
          write();
        }
        read();
      } catch (IOException e) {
        reconnect();
      }
    }

    private void write() throws IOException {
      channel.write(request);
      boolean more = request[1].hasRemaining();
      key.interestOps(SelectionKey.OP_READ | (more ? SelectionKey.OP_WRITE : 0));
    }

    private void read() throws IOException {
      if (channel.read(response) < 0) {
        throw new IOException("the server closed the connection");
      }
      // The server may answer early; the rest of the photo must still be sent.
      if (inFlight && !request[1].hasRemaining() && isComplete()) {
        int status =
            Integer.parseInt(new String(response.array(), 9, 3, StandardCharsets.US_ASCII));
        inFlight = false;
        busy--;
        answers.recordAnswer(status, System.nanoTime() - since);
        idle.add(this);
      }
    }

    private boolean isComplete() {
      String text =
          new String(response.array(), 0, response.position(), StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      int length = text.indexOf(LENGTH);
      if (end < 0 || length < 0) {
        return false;
      }
      int from = length + LENGTH.length();
      return text.length() >= end + 4 + Integer.parseInt(text, from, text.indexOf('\r', from), 10);
    }

    /** Reopens a broken connection; its request in flight counts as unanswered. */
    private void reconnect() {
      try {
        channel.close();
        connect();
      } catch (IOException e) {
        throw new IllegalStateException("the server no longer accepts connections", e);
      }
      if (inFlight) {
        busy--;
        answers.recordBroken();
        idle.add(this);
      }
      inFlight = false;
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
