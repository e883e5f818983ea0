package dev.marque.account;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures what a stranger with a stopwatch learns: the time of a refusal for a name that is known
 * and for one that is not. One after the other, each kind first as often as the other, so that
 * whatever else the machine does meets both alike. Run by hand.
 */
final class SignInTiming {

  private static final int WARM_UP = 50;
  private static final int TRIES = 200;

  private SignInTiming() {}

  public static void main(String[] arguments) {
    ClockedServer server = ClockedServer.shared();
    String known = server.newAccount();
    List<Double> wrongPassword = new ArrayList<>();
    List<Double> unknownUser = new ArrayList<>();
    for (int i = 0; i < WARM_UP + TRIES; i++) {
      boolean knownFirst = i % 2 == 0;
      String stranger = "nobody" + i;
      double first = millis(server, knownFirst ? known : stranger);
      double second = millis(server, knownFirst ? stranger : known);
      double wrong = knownFirst ? first : second;
      double unknown = knownFirst ? second : first;
      if (i >= WARM_UP) {
        wrongPassword.add(wrong);
        unknownUser.add(unknown);
      }
      // So that no try is slowed: it would be answered without any work.
      server.clock.advance(java.time.Duration.ofHours(2));
    }
    report("wrong password", wrongPassword);
    report("unknown user", unknownUser);
    System.out.printf("ratio of the medians %.3f%n", median(unknownUser) / median(wrongPassword));
    System.exit(0);
  }

  private static double millis(ClockedServer server, String username) {
    long begin = System.nanoTime();
    int status = server.token(username, "not the password").statusCode();
    double took = (System.nanoTime() - begin) / 1e6;
    if (status != 400) {
      throw new IllegalStateException("answered " + status);
    }
    return took;
  }

  private static void report(String what, List<Double> times) {
    Collections.sort(times);
    System.out.printf(
        "%s: median %.1f ms, 10th to 90th percentile %.1f to %.1f ms, %d tries%n",
        what,
        median(times),
        times.get(times.size() / 10),
        times.get(times.size() * 9 / 10),
        times.size());
  }

  private static double median(List<Double> times) {
    List<Double> sorted = times.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
