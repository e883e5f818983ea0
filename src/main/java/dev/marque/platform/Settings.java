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
 * The settings that an operator can change: {@code marque.http.port} is {@code MARQUE_HTTP_PORT} in
 * the environment and {@code marque: http: port:} in {@code marque.yaml}. {@link SettingsFile}
 * reads them.
 */
@ConfigMapping(prefix = "marque")
public interface Settings {

  Http http();

  Management management();

  /** Holds the embedded database and the signing keys; uploads are never written to disk. */
  @Allowed("a writable folder")
  @WithDefault("data")
  Path dataDir();

  DatabaseSettings database();

  /** Scheme, host and path prefix as the browser sees them, without a trailing slash. */
  @Allowed("a URL, e.g. https://portal.example/cars")
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

  /** The role of this process in a cluster. */
  @Allowed("all, web or inference")
  @WithDefault("all")
  NodeRole role();

  ClusterSettings cluster();

  /** Returns whether this process is part of a cluster. */
  default boolean clustered() {
    return role() != NodeRole.ALL || !cluster().members().isEmpty();
  }

  @Allowed("a folder with network.json, model.json and weights.safetensors")
  @WithDefault("model")
  Path modelDir();

  /** Where the pages and the API are served. */
  interface Http {

    @Allowed("a host name or an address of this machine; 0.0.0.0 stands for all addresses")
    @WithDefault("127.0.0.1")
    String host();

    @Allowed("a port from 0 to 65535; 0 picks a free one")
    @WithDefault("8080")
    @WithConverter(SettingConverters.Port.class)
    int port();
  }

  /** Where health and metrics are served: on the same host, never on the public port. */
  interface Management {

    @Allowed("a port from 0 to 65535; 0 picks a free one")
    @WithDefault("9090")
    @WithConverter(SettingConverters.Port.class)
    int port();
  }

  /** Where accounts and predictions are stored. */
  interface DatabaseSettings {

    @Allowed(value = "embedded, or postgresql://user:password@host:port/name", secret = true)
    @WithDefault("embedded")
    DatabaseUrl url();
  }

  /** The keys that sign access tokens. */
  interface Signing {

    @Allowed(
        value =
            "comma-separated base64 keys of at least 32 bytes; the first one signs, the others only"
                + " verify",
        secret = true)
    @WithName("keys")
    Optional<List<String>> listed();

    /**
     * Returns the keys; if empty, keys are generated and stored in the data directory. All web
     * nodes of a cluster need the same keys.
     */
    default List<String> keys() {
      return listed().orElse(List.of());
    }
  }

  /** Whether visitors may create an account. */
  interface Signup {

    @Allowed("true or false")
    @WithDefault("true")
    @WithConverter(SettingConverters.Switch.class)
    boolean enabled();
  }

  /** Which sites may embed Marque in a frame. */
  interface Portal {

    @Allowed("comma-separated origins, e.g. https://portal.example")
    @WithName("origins")
    Optional<List<@WithConverter(SettingConverters.Origin.class) URI>> listed();

    /** Returns the origins, for example {@code https://portal.example}; if empty, no site may. */
    default List<URI> origins() {
      return listed().orElse(List.of());
    }
  }

  /** Which sites' pages may call the API from a browser. */
  interface Api {

    @Allowed("comma-separated origins, e.g. https://portal.example")
    @WithName("origins")
    Optional<List<@WithConverter(SettingConverters.Origin.class) URI>> listed();

    /**
     * Returns the origins, for example {@code https://portal.example}; if empty, only Marque's own
     * pages may.
     */
    default List<URI> origins() {
      return listed().orElse(List.of());
    }
  }

  /** Which proxies' forwarding headers are trusted. */
  interface Proxy {

    @Allowed("comma-separated addresses or ranges, e.g. 10.0.0.0/8")
    @WithName("trusted")
    Optional<List<@WithConverter(SettingConverters.AddressRange.class) Cidr>> listed();

    /** Returns the proxies' addresses; if empty, no proxy is trusted. */
    default List<Cidr> trusted() {
      return listed().orElse(List.of());
    }
  }

  /** Single sign-on; both methods are disabled unless configured. */
  interface Sso {

    Header header();

    Oidc oidc();

    /** A user name in a request header, accepted only from a trusted proxy. */
    interface Header {

      @Allowed("the name of a request header, e.g. X-Remote-User")
      Optional<String> name();

      /** Where users sign out; if not set, pages have no sign-out link. */
      @Allowed("a URL, e.g. https://portal.example/logout")
      Optional<URI> signOutUrl();
    }

    /** OpenID Connect. */
    interface Oidc {

      @Allowed("a URL, e.g. https://login.example/realms/staff")
      Optional<URI> issuer();

      @Allowed("the client id that the provider has assigned to Marque")
      Optional<String> clientId();

      @Allowed(
          value = "the secret of the client-id; leave it unset for public clients",
          secret = true)
      Optional<String> clientSecret();

      /** The provider's display name on pages. */
      @Allowed("a name, e.g. Example Login")
      @WithDefault("single sign-on")
      String name();

      @Allowed("the name of a claim")
      @WithDefault("preferred_username")
      String usernameClaim();

      @Allowed("the name of a claim, e.g. groups or realm_access.roles")
      Optional<String> roleClaim();

      @Allowed("the value of the role-claim that identifies administrators")
      Optional<String> adminRole();
    }
  }

  /** Limits per request, per user and per process. */
  interface Limits {

    /** The largest upload. */
    @Allowed("a size, e.g. 10 MiB")
    @WithDefault("10 MiB")
    ByteSize uploadBytes();

    /** The largest photo, in millions of pixels. */
    @Allowed("a number of megapixels from 1 to 1000")
    @WithDefault("40")
    @WithConverter(SettingConverters.UpToThousand.class)
    int megapixels();

    /** Per user. */
    @Allowed("a whole number of at least 1")
    @WithDefault("60")
    @WithConverter(SettingConverters.Positive.class)
    int predictionsPerMinute();

    /** How many photos an inference node accepts at a time, both queued and in progress. */
    @Allowed("a whole number of at least 1")
    @WithDefault("64")
    @WithConverter(SettingConverters.Positive.class)
    int queue();
  }

  /** What is stored of an uploaded photo. */
  interface Photos {

    @Allowed("copy, thumbnail or nothing")
    @WithDefault("copy")
    KeptPhoto keep();

    /** The number of days after which photos are deleted; 0 means never. */
    @Allowed("a whole number of days; 0 keeps photos forever")
    @WithDefault("0")
    @WithConverter(SettingConverters.NotNegative.class)
    int days();
  }

  /** How long the audit log of accounts is kept. */
  interface AuditSettings {

    /** The number of days after which entries of the audit log are deleted; 0 means never. */
    @Allowed("a whole number of days; 0 keeps entries forever")
    @WithDefault("365")
    @WithConverter(SettingConverters.NotNegative.class)
    int days();
  }

  /** The format of the log on standard error, and which requests it contains. */
  interface LogSettings {

    @Allowed("text or json")
    @WithDefault("text")
    LogFormat format();

    /** Which finished requests are logged. */
    @Allowed("none, failures or all")
    @WithDefault("none")
    LoggedRequests requests();
  }

  /** How the nodes of a cluster find each other. */
  interface ClusterSettings {

    /** Nodes to contact in order to join; a single reachable one is enough. */
    @Allowed("comma-separated nodes, e.g. 10.0.0.5:5701 or web-0.example")
    @WithName("members")
    Optional<List<@WithConverter(SettingConverters.ClusterMember.class) String>> listed();

    default List<String> members() {
      return listed().orElse(List.of());
    }

    @Allowed("a host name or an address of this machine that the other nodes can reach")
    @WithDefault("127.0.0.1")
    String host();

    @Allowed("a port from 1 to 65535")
    @WithDefault("5701")
    @WithConverter(SettingConverters.FixedPort.class)
    int port();

    /** The port that receives photos and results from other nodes. */
    @Allowed("a port from 0 to 65535; 0 picks a free one")
    @WithDefault("0")
    @WithConverter(SettingConverters.Port.class)
    int eventBusPort();

    /** Nodes with a different cluster name do not join. */
    @Allowed("a name, the same for all nodes")
    @WithDefault("marque")
    String name();
  }

  /** What is stored of an uploaded photo; the upload itself never is. */
  enum KeptPhoto {
    /** A newly encoded JPEG of at most 512 px, and the thumbnail. */
    COPY,
    THUMBNAIL,
    NOTHING
  }

  /** The format of a log event; each event is one line. */
  enum LogFormat {
    TEXT,
    /** One object per line. */
    JSON
  }

  /** Which finished requests are logged. */
  enum LoggedRequests {
    NONE,
    /**
     * Requests answered with status 400 or above, or whose client disconnected early; on inference
     * nodes, photos that were refused or failed.
     */
    FAILURES,
    ALL
  }

  /** The role of a process in a cluster. */
  enum NodeRole {
    ALL,
    /** Pages and API, without the neural network. */
    WEB,
    /** The neural network, without pages and API. */
    INFERENCE
  }
}
