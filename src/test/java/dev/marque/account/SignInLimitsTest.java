package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.Ids;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the slowdown of password guessing, on a real PostgreSQL. */
class SignInLimitsTest {

  private static Vertx vertx;
  private static Database database;

  private final MovableClock clock = new MovableClock();
  private final SignInLimits limits = new SignInLimits(database.pool(), clock);

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private void fail(String username, String address) {
    limits.failed(limits.begin(username, address).await()).await();
  }

  private void succeed(String username, String address) {
    limits.succeeded(limits.begin(username, address).await()).await();
  }

  private void guess(String username, String address, int times) {
    for (int i = 0; i < times; i++) {
      fail(username, address);
    }
  }

  /** Uses another name each time, so that the attempts share only the address. */
  private void guessFromOneAddress(String address, int times) {
    for (int i = 0; i < times; i++) {
      fail("somebody" + i, address);
    }
  }

  private void assertSlowed(String username, String address) {
    assertThrows(Failure.TooManyRequests.class, () -> limits.begin(username, address).await());
  }

  @Test
  void after_ten_failures_the_same_name_and_address_must_wait() {
    guess("ada", "192.0.2.1", 10);
    assertSlowed("ada", "192.0.2.1");
  }

  @Test
  void of_an_ipv6_address_the_first_64_bits_count() {
    guess("ada", "2001:db8:1:2::1", 10);
    assertSlowed("ada", "2001:db8:1:2:ffff::9");
    assertDoesNotThrow(() -> limits.begin("ada", "2001:db8:1:3::1").await());
  }

  @Test
  void the_wait_grows_to_15_minutes_and_no_further() {
    guess("lynn", "192.0.2.15", 10);
    Duration wait = Duration.ZERO;
    for (int i = 0; i < 10; i++) {
      Failure.TooManyRequests slowed =
          assertThrows(
              Failure.TooManyRequests.class, () -> limits.begin("lynn", "192.0.2.15").await());
      wait = slowed.retryAfter().orElseThrow();
      clock.advance(wait);
      fail("lynn", "192.0.2.15");
    }
    assertEquals(15, wait.toMinutes());
  }

  @Test
  void only_the_tenth_failure_starts_the_slowdown() {
    for (int number = 1; number <= 10; number++) {
      SignInLimits.Attempt attempt = limits.begin("barbara", "192.0.2.5").await();
      assertEquals(number == 10, attempt.startsSlowdown(), "attempt " + number);
    }
  }

  @Test
  void one_address_cannot_lock_an_account_for_the_others() {
    guess("grace", "192.0.2.2", 10);
    for (int i = 0; i < 200; i++) {
      assertSlowed("grace", "192.0.2.2");
    }
    assertDoesNotThrow(() -> limits.begin("grace", "192.0.2.3").await());
  }

  @Test
  void a_name_that_contains_an_address_is_counted_for_itself() {
    for (int i = 0; i < 15; i++) {
      fail("hedy address 192.0.2.14", "198.18.6." + i);
    }
    fail("hedy", "192.0.2.14");
    assertDoesNotThrow(() -> limits.begin("hedy", "192.0.2.14").await());
  }

  @Test
  void a_success_resets_the_failures_of_this_name_and_address() {
    guess("edsger", "192.0.2.4", 9);
    succeed("edsger", "192.0.2.4");
    guess("edsger", "192.0.2.4", 9);
    assertDoesNotThrow(() -> limits.begin("edsger", "192.0.2.4").await());
  }

  @Test
  void after_300_failures_an_address_must_wait_and_after_100_a_name() {
    guessFromOneAddress("192.0.2.6", 300);
    assertSlowed("konrad", "192.0.2.6");
    for (int i = 0; i < 100; i++) {
      fail("annie", "198.51.100." + i);
    }
    assertSlowed("annie", "198.51.100.200");
  }

  @Test
  void a_signed_in_person_waits_for_attempts_of_the_session_not_of_the_name() {
    User grace = new User(Ids.next(), "hopper", Role.USER, Ids.next());
    for (int i = 0; i < 100; i++) {
      fail("hopper", "198.18.2." + i);
    }
    assertSlowed("hopper", "198.18.3.1");
    for (int i = 0; i < 100; i++) {
      limits.failed(limits.beginConfirmation(grace, "198.18.4." + i).await()).await();
    }
    assertThrows(
        Failure.TooManyRequests.class, () -> limits.beginConfirmation(grace, "198.18.5.1").await());
    User elsewhere = new User(grace.id(), grace.username(), grace.role(), Ids.next());
    assertDoesNotThrow(() -> limits.beginConfirmation(elsewhere, "198.18.5.1").await());
  }

  @Test
  void a_success_never_causes_a_wait() {
    guessFromOneAddress("192.0.2.7", 300);
    clock.advance(Duration.ofSeconds(6));
    for (int i = 0; i < 20; i++) {
      succeed("margaret" + i, "192.0.2.7");
    }
    fail("margaret", "192.0.2.7");
    assertSlowed("margaret", "192.0.2.7");

    for (int i = 0; i < 100; i++) {
      fail("donald", "203.0.113." + i);
    }
    clock.advance(Duration.ofSeconds(6));
    for (int i = 0; i < 20; i++) {
      succeed("donald", "203.0.113.200");
    }
  }

  @Test
  void a_success_does_not_end_the_wait_after_a_failure() {
    guessFromOneAddress("192.0.2.8", 299);
    SignInLimits.Attempt correct = limits.begin("barbara", "192.0.2.8").await();
    clock.advance(Duration.ofSeconds(6));
    fail("somebody", "192.0.2.8");
    limits.succeeded(correct).await();
    assertSlowed("barbara", "192.0.2.8");
  }

  @Test
  void an_attempt_without_a_result_is_not_counted() {
    guess("alan", "192.0.2.9", 9);
    for (int i = 0; i < 20; i++) {
      limits.abandoned(limits.begin("alan", "192.0.2.9").await()).await();
    }
    fail("alan", "192.0.2.9");
    assertSlowed("alan", "192.0.2.9");
  }

  @Test
  void an_attempt_rejected_for_its_address_or_name_is_not_counted() {
    guessFromOneAddress("192.0.2.10", 300);
    assertSlowedWithoutCounting("frances", "192.0.2.10");
    for (int i = 0; i < 100; i++) {
      fail("jean", "198.18.0." + i);
    }
    assertSlowedWithoutCounting("jean", "198.18.1.1");
  }

  private void assertSlowedWithoutCounting(String username, String address) {
    for (int i = 0; i < 9; i++) {
      assertSlowed(username, address);
    }
    clock.advance(Duration.ofSeconds(6));
    assertFalse(
        limits.begin(username, address).await().startsSlowdown(), "the first, not the tenth");
  }

  @Test
  void an_hour_without_failure_resets_the_counts_despite_successes() {
    guessFromOneAddress("192.0.2.11", 299);
    clock.advance(Duration.ofMinutes(50));
    succeed("ruth", "192.0.2.11");
    clock.advance(Duration.ofMinutes(11));
    guess("kathleen", "192.0.2.11", 2);
    assertDoesNotThrow(() -> limits.begin("ruth", "192.0.2.11").await());
  }

  @Test
  void a_failure_within_the_hour_keeps_the_earlier_ones() {
    guess("dennis", "192.0.2.12", 5);
    clock.advance(Duration.ofMinutes(59));
    guess("dennis", "192.0.2.12", 4);
    clock.advance(Duration.ofMinutes(59));
    fail("dennis", "192.0.2.12");
    assertSlowed("dennis", "192.0.2.12");
  }

  @Test
  void expired_counts_are_deleted() {
    fail("ken", "192.0.2.13");
    String age = "UPDATE sign_in_failures SET last_at = last_at - interval '61 minutes'";
    database.pool().query(age).execute().await();
    fail("brian", "192.0.2.13");
    assertTrue(limits.deleteExpired().await() >= 2, "the name, and the name at that address");
    assertEquals(0, limits.deleteExpired().await());
  }
}
