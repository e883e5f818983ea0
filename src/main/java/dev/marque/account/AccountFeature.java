package dev.marque.account;

import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.Proxies;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Wires the parts of the account package and offers them to the composition root. Thread-safe once
 * started.
 */
public final class AccountFeature {

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final Vertx vertx;
  private final Settings settings;
  private final Pool pool;
  private final Accounts accounts;
  private final Audit audit;
  private final Refusals refusals;
  private final Cleanup cleanup;
  private final LiveSessions live;
  private final Sessions sessions;
  private final PersonalTokens personalTokens;
  private final FieldRules rules = new FieldRules();
  private final Passwords passwords;
  private final SignIn signIn;
  private final SetupLinks setupLinks;
  private final Registration registration;
  private final SessionCookies cookies;
  private final Tokens tokens;
  private final Identities identities;
  private final ProxySignIn proxySignIn;
  private final Optional<OpenIdProvider> provider;

  /**
   * Creates the parts. Blocks while it reads the signing keys or creates the first one.
   *
   * @throws StartFailure if the keys cannot be read or created, or the single sign-on settings are
   *     incomplete
   */
  public AccountFeature(
      Vertx vertx, Settings settings, Pool pool, Clock clock, MeterRegistry meters) {
    SingleSignOn.check(settings);
    this.vertx = vertx;
    this.settings = settings;
    this.pool = pool;
    String issuer = settings.publicUrl().map(URI::toString).orElse("marque");
    tokens = new Tokens(vertx, keys(settings, clock), issuer, clock);
    accounts = new Accounts(clock);
    audit = new Audit(clock);
    refusals = new Refusals(pool, audit);
    live = new LiveSessions(vertx, pool, clock);
    sessions = new Sessions(pool, tokens, audit, live, clock);
    personalTokens = new PersonalTokens(pool, audit, clock);
    SignInLimits limits = new SignInLimits(pool, clock);
    AuditRetention auditRetention = new AuditRetention(pool, audit, settings.audit().days());
    cleanup = new Cleanup(vertx, sessions, limits, personalTokens, auditRetention);
    passwords = new Passwords(vertx, meters, CORES);
    identities = new Identities(pool, accounts, passwords, audit, clock);
    SignInTurns turns = new SignInTurns(vertx, meters);
    signIn = new SignIn(pool, accounts, passwords, limits, turns, sessions, identities, audit);
    setupLinks = new SetupLinks(pool, accounts, clock);
    registration = new Registration(pool, accounts, passwords, rules, audit, setupLinks);
    proxySignIn =
        new ProxySignIn(
            settings.sso().header().name(),
            new Proxies(settings.proxy().trusted()),
            pool,
            accounts,
            identities,
            refusals);
    provider =
        settings
            .sso()
            .oidc()
            .issuer()
            .map(
                known ->
                    new OpenIdProvider(
                        vertx, settings.sso().oidc(), settings.publicUrl().orElseThrow(), clock));
    cookies = new SessionCookies(settings.publicUrl(), !settings.portal().origins().isEmpty());
  }

  private static List<SigningKey> keys(Settings settings, Clock clock) {
    if (!settings.signing().keys().isEmpty()) {
      try {
        return SigningKeys.parse(settings.signing().keys());
      } catch (IllegalArgumentException e) {
        throw new StartFailure("marque.signing.keys is invalid: " + e.getMessage(), e);
      }
    }
    try {
      return new SigningKeys(settings.dataDir(), clock).load();
    } catch (IOException | IllegalStateException e) {
      throw new StartFailure(
          "The signing keys under " + settings.dataDir() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** Deploys the verticle that hashes passwords. */
  public Future<Void> start() {
    DeploymentOptions options =
        new DeploymentOptions()
            .setThreadingModel(ThreadingModel.WORKER)
            .setInstances(CORES)
            .setWorkerPoolName("credentials")
            .setWorkerPoolSize(CORES);
    return vertx
        .deployVerticle(() -> new Credentials(pool, accounts), options)
        .compose(deployed -> live.start());
  }

  /** Starts to delete expired rows. */
  public void startCleanup() {
    cleanup.start();
  }

  /** Stops the cleanup. Call it before the database is closed. */
  public void stopCleanup() {
    cleanup.close();
  }

  /** Returns the handlers with which routes require a sign-in. */
  public SignedIn signedIn(Pages pages) {
    return new SignedIn(
        tokens,
        live,
        sessions,
        personalTokens,
        cookies,
        proxySignIn,
        refusals,
        settings.sso().header().signOutUrl(),
        pages);
  }

  /**
   * Adds the routes of pages and API.
   *
   * @param personalData the data other features keep about a person, for export and deletion
   */
  public void mount(
      Router router,
      SignedIn signedIn,
      Pages pages,
      Messages messages,
      List<PersonalData> personalData) {
    boolean signup = settings.signup().enabled();
    FormPage form = new FormPage(pages, messages);
    OwnAccount own =
        new OwnAccount(
            pool,
            accounts,
            rules,
            passwords,
            signIn,
            sessions,
            personalTokens,
            audit,
            personalData);
    Administration administration =
        new Administration(pool, accounts, sessions, signIn, audit, personalData);
    DataExport export =
        new DataExport(pool, own, identities, sessions, personalTokens, audit, personalData);
    AccountPage page = new AccountPage(own, identities, sessions, personalTokens, form);
    SignInRoutes signInRoutes =
        new SignInRoutes(pool, signIn, sessions, cookies, audit, pages, form, provider);
    signInRoutes.mount(router);
    provider.ifPresent(
        oidc ->
            new OpenIdRoutes(
                    oidc,
                    settings,
                    new OpenIdAccounts(pool, accounts, identities, sessions, audit),
                    signIn,
                    cookies,
                    pages,
                    signInRoutes)
                .mount(router));
    new SignUpRoutes(registration, setupLinks, signIn, signup, form, signInRoutes).mount(router);
    new TokenApi(signIn, sessions).mount(router);
    new UserApi(pool, accounts, registration, rules, administration, signedIn, signup)
        .mount(router);
    new PersonalTokenApi(personalTokens, signedIn).mount(router);
    new AccountRoutes(own, export, cookies, signedIn, pages, page).mount(router);
    new PersonalTokenRoutes(personalTokens, page, signedIn, pages).mount(router);
    new AdminRoutes(pool, accounts, administration, sessions, audit, signedIn, pages, form)
        .mount(router);
  }

  /** Records in the audit log that the signed-in administrator exported photos and corrections. */
  public Future<Void> recordCorrectionsExported(RoutingContext ctx) {
    User by = SignedIn.of(ctx);
    return audit.record(pool, AuditEvent.CORRECTIONS_EXPORTED, by, by, Client.of(ctx));
  }

  /**
   * Returns the path of a link that creates the first administrator; empty if there is an
   * administrator. Show it to the operator only.
   */
  public Future<Optional<String>> setupPath() {
    return setupLinks.offer().map(token -> token.map(text -> "/setup?token=" + text));
  }
}
