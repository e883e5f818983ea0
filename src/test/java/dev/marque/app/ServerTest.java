package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://localhost:8080",
    "::, http://localhost:8080",
    "::1, http://localhost:8080",
    "192.0.2.5, http://192.0.2.5:8080",
    "fd00::5, http://[fd00::5]:8080",
    "[fd00::5], http://[fd00::5]:8080",
  })
  void the_printed_address_can_be_opened(String host, URI address) {
    assertEquals(address, Server.local(host, 8080));
    assertEquals(8080, Server.local(host, 8080).getPort());
  }
}
