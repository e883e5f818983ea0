package dev.marque.prediction;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A bounded queue in which accounts take turns: whoever waits with many photos does not delay who
 * waits with one. Thread-safe.
 *
 * <p>A place is held from {@link #enter} to {@link #leave}, which is longer than the wait: what is
 * in work counts too. When all places are held, an account that holds clearly fewer than the
 * greediest gets one of its waiting ones (<a
 * href="https://datatracker.ietf.org/doc/html/rfc7567#section-2.1">longest queue drop</a>), so that
 * nobody is shut out by another's flood.
 */
final class FairQueue<T> {

  private final int capacity;

  /** Whose turn it is comes first; an account without waiting items is not in it. */
  private final Map<UUID, Deque<T>> waiting = new LinkedHashMap<>();

  private final Map<UUID, Integer> places = new HashMap<>();
  private int held;

  /**
   * @param capacity the most places
   */
  FairQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Takes a place and waits there; false if there is none. */
  synchronized boolean enter(UUID account, T item) {
    if (held >= capacity) {
      return false;
    }
    held++;
    places.merge(account, 1, Integer::sum);
    waiting.computeIfAbsent(account, key -> new ArrayDeque<>()).addLast(item);
    notifyAll();
    return true;
  }

  /**
   * Where all places are held and this account has much less than its share: the last item of the
   * account that holds most and has one waiting. It no longer waits; its place is free once it has
   * {@linkplain #leave left}.
   */
  synchronized Optional<T> displaced(UUID account) {
    if (held < capacity) {
      return Optional.empty();
    }
    Map.Entry<UUID, Deque<T>> greediest = null;
    int most = places.getOrDefault(account, 0) + 1;
    for (Map.Entry<UUID, Deque<T>> other : waiting.entrySet()) {
      int holds = places.getOrDefault(other.getKey(), 0);
      if (holds > most) {
        greediest = other;
        most = holds;
      }
    }
    if (greediest == null) {
      return Optional.empty();
    }
    T last = greediest.getValue().removeLast();
    if (greediest.getValue().isEmpty()) {
      waiting.remove(greediest.getKey());
    }
    return Optional.of(last);
  }

  /** The oldest item of the account whose turn it is; waits for one. */
  synchronized T take() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    Iterator<Map.Entry<UUID, Deque<T>>> turns = waiting.entrySet().iterator();
    Map.Entry<UUID, Deque<T>> turn = turns.next();
    UUID account = turn.getKey();
    Deque<T> items = turn.getValue();
    turns.remove();
    T item = items.removeFirst();
    if (!items.isEmpty()) {
      waiting.put(account, items);
    }
    return item;
  }

  /** Takes an item out that still waits; it keeps its place until it has left. */
  synchronized void withdraw(UUID account, T item) {
    Deque<T> items = waiting.get(account);
    if (items != null && items.remove(item) && items.isEmpty()) {
      waiting.remove(account);
    }
  }

  /** Gives back one place of an account. */
  synchronized void leave(UUID account) {
    held--;
    places.computeIfPresent(account, (key, holds) -> holds == 1 ? null : holds - 1);
  }

  /** Places that are held. */
  synchronized int held() {
    return held;
  }

  /** Places that are free. */
  synchronized int free() {
    return Math.max(0, capacity - held);
  }

  /** The places of the account that holds most. */
  synchronized int largestShare() {
    return places.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
