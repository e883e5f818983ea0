package dev.marque.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an operator can choose: {@code marque.http.port} is {@code MARQUE_HTTP_PORT} in the
 * environment and {@code marque: http: port:} in {@code marque.yaml}. {@link SettingsFile} reads
 * them.
 */
@ConfigMapping(prefix = "marque")
public interface Settings {

  Http http();

  Management management();

  /** The embedded database and the signing keys; uploads are never on disk. */
  @Allowed("a folder that this program may write")
  @WithDefault("data")
  Path dataDir();

  DatabaseSettings database();

  /** Scheme, host and path prefix as the browser sees them; without a slash at the end. */
  @Allowed("an address such as https://portal.example/cars")
  Optional<@WithConverter(SettingConverters.PublicUrl.class) URI> publicUrl();

  Signing signing();

  Signup signup();

  Portal portal();

  Api api();

  Proxy proxy();

  Sso sso();

  Limits limits();

  Photos photos();

  AuditSettings audit();

  LogSettings logs();

  /** Which work this process does. */
  @Allowed("all, web or inference")
  @WithDefault("all")
  NodeRole role();

  ClusterSettings cluster();

  /** Whether this process is one of several. */
  default boolean clustered() {
    return role() != NodeRole.ALL || !cluster().members().isEmpty();
  }

  @Allowed("a folder with network.json, model.json and weights.safetensors")
  @WithDefault("model")
  Path modelDir();

  /** Where pages and API are served. */
  interface Http {

    @Allowed("a host name or an address of this machine; 0.0.0.0 is all of them")
    @WithDefault("127.0.0.1")
    String host();

    /** 0 takes a free one. */
    @Allowed("a port from 0 to 65535; 0 takes a free one")
    @WithDefault("8080")
    @WithConverter(SettingConverters.Port.class)
    int port();
  }

  /** Where health and metrics are served, on the same host and never on the public port. */
  interface Management {

    /** 0 takes a free one. */
    @Allowed("a port from 0 to 65535; 0 takes a free one")
    @WithDefault("9090")
    @WithConverter(SettingConverters.Port.class)
    int port();
  }

  /** Where accounts and predictions are kept. */
  interface DatabaseSettings {

    @Allowed(value = "embedded, or postgresql://user:password@host:port/name", secret = true)
    @WithDefault("embedded")
    DatabaseUrl url();
  }

  /** What access tokens are signed with. */
  interface Signing {

    @Allowed(
        value =
            "keys in base64 of 32 bytes or more, separated by commas; the first signs, the others"
                + " are still believed",
        secret = true)
    @WithName("keys")
    Optional<List<String>> listed();

    /** Empty: keys are made and kept in the data folder. Several web nodes need the same keys. */
    default List<String> keys() {
      return listed().orElse(List.of());
    }
  }

  /** Whether strangers may make an account. */
  interface Signup {

    @Allowed("true or false")
    @WithDefault("true")
    @WithConverter(SettingConverters.Switch.class)
    boolean enabled();
  }

  /** Who may show Marque in a frame. */
  interface Portal {

    @Allowed("origins such as https://portal.example, separated by commas")
    @WithName("origins")
    Optional<List<@WithConverter(SettingConverters.Origin.class) URI>> listed();

    /** Origins such as {@code https://portal.example}; empty: nobody. */
    default List<URI> origins() {
      return listed().orElse(List.of());
    }
  }

  /** Whose pages may call the API from a browser. */
  interface Api {

    @Allowed("origins such as https://portal.example, separated by commas")
    @WithName("origins")
    Optional<List<@WithConverter(SettingConverters.Origin.class) URI>> listed();

    /** Origins such as {@code https://portal.example}; empty: only our own. */
    default List<URI> origins() {
      return listed().orElse(List.of());
    }
  }

  /** Whose forwarding headers count. */
  interface Proxy {

    @Allowed("addresses or ranges such as 10.0.0.0/8, separated by commas")
    @WithName("trusted")
    Optional<List<@WithConverter(SettingConverters.AddressRange.class) Cidr>> listed();

    /** Empty: nobody. */
    default List<Cidr> trusted() {
      return listed().orElse(List.of());
    }
  }

  /** Single sign-on: both ways are closed unless they are set. */
  interface Sso {

    Header header();

    Oidc oidc();

    /** A user name in a header, from a trusted proxy only. */
    interface Header {

      @Allowed("the name of a request header such as X-Remote-User")
      Optional<String> name();

      /** Where people sign out; without it pages have no link for that. */
      @Allowed("an address such as https://portal.example/logout")
      Optional<URI> signOutUrl();
    }

    /** OpenID Connect. */
    interface Oidc {

      @Allowed("an address such as https://login.example/realms/staff")
      Optional<URI> issuer();

      @Allowed("the name under which the provider knows Marque")
      Optional<String> clientId();

      @Allowed(
          value = "the secret that goes with the client-id; none for public clients",
          secret = true)
      Optional<String> clientSecret();

      /** What pages call the provider. */
      @Allowed("a name such as Example Login")
      @WithDefault("single sign-on")
      String name();

      @Allowed("the name of a claim")
      @WithDefault("preferred_username")
      String usernameClaim();

      @Allowed("the name of a claim such as groups or realm_access.roles")
      Optional<String> roleClaim();

      @Allowed("the value of the role-claim that makes an administrator")
      Optional<String> adminRole();
    }
  }

  /** What one request, one user and the whole process may take. */
  interface Limits {

    @Allowed("a size such as 10 MiB")
    @WithDefault("10 MiB")
    ByteSize uploadBytes();

    @Allowed("millions of pixels, 1 to 1000")
    @WithDefault("40")
    @WithConverter(SettingConverters.UpToThousand.class)
    int megapixels();

    /** For each user. */
    @Allowed("a whole number from 1")
    @WithDefault("60")
    @WithConverter(SettingConverters.Positive.class)
    int predictionsPerMinute();

    /** Photos that an inference node holds, waiting or in work, before others are refused. */
    @Allowed("a whole number from 1")
    @WithDefault("64")
    @WithConverter(SettingConverters.Positive.class)
    int queue();
  }

  /** What is kept of an uploaded photo. */
  interface Photos {

    @Allowed("copy, thumbnail or nothing")
    @WithDefault("copy")
    KeptPhoto keep();

    /** After how many days photos are deleted; 0: never. */
    @Allowed("a whole number of days; 0 keeps photos for ever")
    @WithDefault("0")
    @WithConverter(SettingConverters.NotNegative.class)
    int days();
  }

  /** How long it is known what happened to accounts. */
  interface AuditSettings {

    /** After how many days entries of the audit log are deleted; 0: never. */
    @Allowed("a whole number of days; 0 keeps entries for ever")
    @WithDefault("365")
    @WithConverter(SettingConverters.NotNegative.class)
    int days();
  }

  /** What the log on standard error looks like, and what it has of requests. */
  interface LogSettings {

    @Allowed("text or json")
    @WithDefault("text")
    LogFormat format();

    /** Of which finished requests the log has an entry. */
    @Allowed("none, failures or all")
    @WithDefault("none")
    LoggedRequests requests();
  }

  /** How the nodes of a cluster find each other. */
  interface ClusterSettings {

    /** Nodes that are asked to be let in; one that is reached knows all others. */
    @Allowed("nodes such as 10.0.0.5:5701 or web-0.example, separated by commas")
    @WithName("members")
    Optional<List<@WithConverter(SettingConverters.ClusterMember.class) String>> listed();

    default List<String> members() {
      return listed().orElse(List.of());
    }

    @Allowed("a host name or an address of this machine that the other nodes reach")
    @WithDefault("127.0.0.1")
    String host();

    @Allowed("a port from 1 to 65535")
    @WithDefault("5701")
    @WithConverter(SettingConverters.FixedPort.class)
    int port();

    /** Where photos and answers arrive. */
    @Allowed("a port from 0 to 65535; 0 takes a free one")
    @WithDefault("0")
    @WithConverter(SettingConverters.Port.class)
    int eventBusPort();

    /** Nodes of another name are another cluster. */
    @Allowed("a name, the same for all nodes")
    @WithDefault("marque")
    String name();
  }

  /** What is kept of an uploaded photo; the upload itself never is. */
  enum KeptPhoto {
    /** A new JPEG of at most 512 px, and the thumbnail. */
    COPY,
    THUMBNAIL,
    NOTHING
  }

  /** The form of a log event; each is one line. */
  enum LogFormat {
    TEXT,
    /** An object a line. */
    JSON
  }

  /** Of which finished requests the log has an entry. */
  enum LoggedRequests {
    NONE,
    /** Those answered by a status from 400, and those whose client left before their end. */
    FAILURES,
    ALL
  }

  /** Which work a process does. */
  enum NodeRole {
    ALL,
    /** Pages and API, without the network. */
    WEB,
    /** The network, without pages and API. */
    INFERENCE
  }
}
