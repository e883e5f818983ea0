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
 * A bounded queue with round-robin scheduling by account: an account with many photos does not
 * delay an account with one. Thread-safe.
 *
 * <p>An item occupies a slot from {@link #offer} to {@link #release}, so items in progress count
 * too. If all slots are occupied, an account with clearly fewer slots than the largest account may
 * displace a waiting item of the largest (<a
 * href="https://datatracker.ietf.org/doc/html/rfc7567#section-2.1">longest queue drop</a>), so that
 * no account can shut out the others.
 */
final class FairQueue<T> {

  private final int capacity;

  /** Waiting items by account, the next account first; has no accounts without items. */
  private final Map<UUID, Deque<T>> waiting = new LinkedHashMap<>();

  private final Map<UUID, Integer> slots = new HashMap<>();
  private int used;

  /**
   * @param capacity number of slots
   */
  FairQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Adds an item; returns false if all slots are occupied. */
  synchronized boolean offer(UUID account, T item) {
    if (used >= capacity) {
      return false;
    }
    used++;
    slots.merge(account, 1, Integer::sum);
    waiting.computeIfAbsent(account, key -> new ArrayDeque<>()).addLast(item);
    notifyAll();
    return true;
  }

  /**
   * If all slots are occupied and another account with waiting items has at least two more than
   * this one, removes and returns the last waiting item of the account with the most. The caller
   * must {@linkplain #release release} its slot.
   */
  synchronized Optional<T> displace(UUID account) {
    if (used < capacity) {
      return Optional.empty();
    }
    Map.Entry<UUID, Deque<T>> largest = null;
    int most = slots.getOrDefault(account, 0) + 1;
    for (Map.Entry<UUID, Deque<T>> other : waiting.entrySet()) {
      int count = slots.getOrDefault(other.getKey(), 0);
      if (count > most) {
        largest = other;
        most = count;
      }
    }
    if (largest == null) {
      return Optional.empty();
    }
    T last = largest.getValue().removeLast();
    if (largest.getValue().isEmpty()) {
      waiting.remove(largest.getKey());
    }
    return Optional.of(last);
  }

  /** Removes and returns the oldest item of the next account; waits until there is one. */
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

  /** Removes a waiting item, if present; its slot stays occupied until it is released. */
  synchronized void remove(UUID account, T item) {
    Deque<T> items = waiting.get(account);
    if (items != null && items.remove(item) && items.isEmpty()) {
      waiting.remove(account);
    }
  }

  /** Releases one slot of an account. */
  synchronized void release(UUID account) {
    used--;
    slots.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
  }

  /** Returns the number of occupied slots. */
  synchronized int used() {
    return used;
  }

  /** Returns the number of free slots. */
  synchronized int free() {
    return Math.max(0, capacity - used);
  }

  /** Returns the number of slots of the account with the most. */
  synchronized int largestShare() {
    return slots.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
