package dev.marque.account;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures the timing side channel of sign-in: the response times of a refusal for a known and for
 * an unknown user name. The requests are sequential and alternate which kind comes first, so that
 * other load on the machine affects both alike. Run by hand.
 */
final class SignInTiming {

  private static final int WARM_UP = 50;
  private static final int ATTEMPTS = 200;

  private SignInTiming() {}

  public static void main(String[] arguments) {
    ClockedServer server = ClockedServer.shared();
    String known = server.newAccount();
    List<Double> wrongPassword = new ArrayList<>();
    List<Double> unknownUser = new ArrayList<>();
    for (int i = 0; i < WARM_UP + ATTEMPTS; i++) {
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
      // Prevents the slowdown, which answers without any work.
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
        "%s: median %.1f ms, 10th to 90th percentile %.1f to %.1f ms, %d attempts%n",
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
