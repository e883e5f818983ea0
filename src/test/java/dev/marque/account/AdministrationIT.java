package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;

class AdministrationIT {

  private final ClockedServer server = ClockedServer.shared();
  private final Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);

  private HttpResponse<String> role(Visitor by, String username, String role) {
    return by.post("/admin/users/" + username + "/role", "role", role);
  }

  private HttpResponse<String> delete(String username, String password) {
    return administrator.json(
        "DELETE", "/api/v1/users/" + username, new JsonObject().put("password", password));
  }

  @Test
  void the_setup_link_works_once() {
    assertEquals(404, server.visitor().get(server.usedSetupPath).statusCode());
    assertEquals(404, server.visitor().get("/setup").statusCode());
  }

  @Test
  void administrators_list_and_search_accounts_and_others_do_not() {
    String username = server.newAccount();
    assertTrue(administrator.get("/admin/users?q=" + username).body().contains(username));
    HttpResponse<String> list = administrator.get("/api/v1/users?q=" + username);
    assertEquals(200, list.statusCode());
    assertEquals(1, new JsonObject(list.body()).getJsonArray("items").size());
    assertEquals("/admin/users", location(administrator, "/admin"));
    assertEquals("/login?next=%2Fadmin", location(server.visitor(), "/admin"));
    Visitor user = server.signedIn(username);
    for (String path : new String[] {"/admin", "/admin/users", "/admin/audit", "/api/v1/users"}) {
      assertEquals(403, user.get(path).statusCode(), path);
    }
    assertEquals(403, role(user, username, "admin").statusCode());
    assertEquals(401, server.visitor().get("/api/v1/users").statusCode());
  }

  private static String location(Visitor visitor, String path) {
    return visitor.get(path).headers().firstValue("Location").orElse("");
  }

  @Test
  void an_attempt_to_administer_without_the_role_is_audited_once() {
    String username = server.newAccount();
    Visitor user = server.signedIn(username);
    String log = "/admin/audit?event=administration_refused&q=" + username;
    assertEquals(0, Jsoup.parse(administrator.get(log).body()).select("tbody tr").size());
    assertEquals(403, user.get("/admin/users").statusCode());
    assertEquals(403, user.get("/api/v1/users").statusCode());
    assertEquals(1, Jsoup.parse(administrator.get(log).body()).select("tbody tr").size());
  }

  @Test
  void the_list_is_paginated() {
    server.newAccount();
    server.newAccount();
    JsonObject first = new JsonObject(administrator.get("/api/v1/users?limit=1").body());
    String next = first.getString("next");
    JsonObject second =
        new JsonObject(administrator.get("/api/v1/users?limit=1&after=" + next).body());
    assertEquals(1, second.getJsonArray("items").size());
    assertTrue(
        second.getJsonArray("items").getJsonObject(0).getString("username").compareTo(next) > 0);
    assertEquals(422, administrator.get("/api/v1/users?limit=0").statusCode());
    assertEquals(400, administrator.get("/api/v1/users?bogus=1").statusCode());
  }

  @Test
  void a_role_change_takes_effect_at_once() {
    String username = server.newAccount();
    Visitor user = server.signedIn(username);
    assertEquals(403, user.get("/admin/users").statusCode());
    assertEquals(303, role(administrator, username, "admin").statusCode());
    assertEquals(200, user.get("/admin/users").statusCode());
    assertEquals(303, role(administrator, username, "user").statusCode());
    assertEquals(403, user.get("/admin/users").statusCode());
    assertTrue(administrator.get("/admin/audit").body().contains("<span>Role changed</span>"));
  }

  @Test
  void a_disabled_account_is_signed_out_at_once_and_its_password_is_rejected_like_a_wrong_one() {
    String username = server.newAccount();
    Visitor user = server.signedIn(username);
    String path = "/admin/users/" + username + "/disabled";
    assertEquals(303, administrator.post(path, "disabled", "true").statusCode());
    assertEquals(303, user.get("/account").statusCode());
    assertEquals(400, server.token(username, ClockedServer.PASSWORD).statusCode());
    assertEquals(303, administrator.post(path, "disabled", "false").statusCode());
    assertEquals(200, server.token(username, ClockedServer.PASSWORD).statusCode());
  }

  @Test
  void deleting_requires_the_administrators_own_password() {
    String username = server.newAccount();
    assertEquals(403, delete(username, "wrong password").statusCode());
    assertEquals(200, administrator.get("/api/v1/users/" + username).statusCode());
    assertEquals(204, delete(username, ClockedServer.PASSWORD).statusCode());
    assertEquals(404, administrator.get("/api/v1/users/" + username).statusCode());
    assertEquals(404, delete(username, ClockedServer.PASSWORD).statusCode());
  }

  @Test
  void the_last_administrator_cannot_be_removed() {
    String name = ClockedServer.ADMINISTRATOR;
    assertEquals(409, role(administrator, name, "user").statusCode());
    String path = "/admin/users/" + name;
    assertEquals(409, administrator.post(path + "/disabled", "disabled", "true").statusCode());
    assertEquals(409, delete(name, ClockedServer.PASSWORD).statusCode());
    assertEquals(
        409,
        administrator
            .post("/account/delete", "current_password", ClockedServer.PASSWORD)
            .statusCode());
    assertEquals(200, administrator.get("/admin/users").statusCode());
  }
}
