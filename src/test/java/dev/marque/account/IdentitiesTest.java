package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Tests the accounts of people who sign in externally, on a real PostgreSQL. */
class IdentitiesTest {

  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  /** Every name without a letter or digit that a user name may have becomes this one. */
  @Test
  void any_number_of_people_may_have_the_same_user_name() {
    try (PasswordWorker worker = new PasswordWorker()) {
      MovableClock clock = new MovableClock();
      Accounts accounts = new Accounts(clock);
      Identities identities =
          new Identities(worker.pool, accounts, worker.passwords, new Audit(clock), clock);
      Profile wanted = new Profile("user", "", "Ada", "Lovelace");
      accounts.insert(worker.pool, wanted, Role.USER, "-").await();
      for (int number = 2; number <= 50; number++) {
        Profile taken = new Profile("user-" + number, "", "Ada", "Lovelace");
        accounts.insert(worker.pool, taken, Role.USER, "-").await();
      }
      Account added = identities.add("issuer", "the 51st", wanted, Role.USER, CLIENT).await();
      assertTrue(added.username().matches("user-[0-9]+"), added.username());
      assertEquals(added, identities.find("issuer", "the 51st").await().orElseThrow());
    }
  }
}
