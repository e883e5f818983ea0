package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.VertxException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTroubleTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Connection is not active now, current status: CLOSED; true",
        "Timeout waiting for connection; true",
        "Pool closed; true",
        "Parameter at position[0] is missing; false",
      })
  void a_pool_without_a_usable_connection_is_transient(String message, boolean expected) {
    assertEquals(expected, DatabaseTrouble.isTransient(new VertxException(message, true)));
  }
}
