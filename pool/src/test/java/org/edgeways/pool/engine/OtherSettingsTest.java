package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.edgeways.pool.presence.engine.Contact;
import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A running pool takes other settings: for requests that come from then on, and nobody is signed out by it. */
class OtherSettingsTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String ZOE = "sip:zoe@oak.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");

    @BeforeEach
    void aliceIsSignedIn() {
        assertThat(alice.signIn().first(HeaderName.CONTACT)).contains("expires=600");
    }

    private static EngineSettings settings(
            List<String> domains, List<DigestAlgorithm> algorithms, RegistrarLimits registrar) {
        EngineSettings usual = EngineSettings.of("10.0.0.1", 9061, domains, Set.of(PoolWorld.EDGE_HOST));
        return new EngineSettings(
                usual.host(),
                usual.port(),
                usual.aliases(),
                usual.domains(),
                usual.edgeHosts(),
                algorithms,
                usual.nonceLifetime(),
                registrar,
                usual.messages(),
                usual.presence());
    }

    private static EngineSettings domains(String... domains) {
        return settings(List.of(domains), List.of(DigestAlgorithm.MD5), RegistrarLimits.DEFAULT);
    }

    private void assertAliceStaysSignedIn() {
        assertThat(world.engine.bindings(ALICE, world.now)).hasSize(1);
        assertThat(alice.send(alice.request("OPTIONS", ALICE)).status()).isEqualTo(200);
    }

    @Test
    void registrationsAreAsLongAsTheNewLimitsSay() {
        RegistrarLimits usual = RegistrarLimits.DEFAULT;
        world.use(settings(
                List.of("acorn.example"),
                List.of(DigestAlgorithm.MD5),
                new RegistrarLimits(
                        usual.bindingsPerPerson(),
                        usual.contactsPerRequest(),
                        usual.contactBytes(),
                        usual.credentialsPerRequest(),
                        Duration.ofSeconds(200),
                        Duration.ofSeconds(250),
                        Duration.ofSeconds(300),
                        usual.flowTimer())));
        assertAliceStaysSignedIn();
        assertThat(alice.signIn().first(HeaderName.CONTACT)).contains("expires=300");
        SipMessage brief = alice.sendSigned(alice.register(199));
        assertThat(brief.status()).isEqualTo(423);
        assertThat(brief.first(HeaderName.MIN_EXPIRES)).isEqualTo("200");
        assertThat(alice.sendSigned(alice.register(200)).status()).isEqualTo(200);
        SipMessage unsaid = alice.register(200);
        unsaid.remove(HeaderName.EXPIRES);
        assertThat(alice.sendSigned(unsaid).first(HeaderName.CONTACT)).contains("expires=250");
    }

    private SipMessage registerAtOak() {
        SipMessage register = alice.request("REGISTER", "sip:oak.example");
        register.set(HeaderName.TO, "<sip:alice@oak.example>");
        register.set(HeaderName.FROM, "<sip:alice@oak.example>;tag=oak");
        register.set(HeaderName.EXPIRES, "600");
        return alice.send(register);
    }

    @Test
    void aDomainThatIsNewIsServedAndOneThatIsGoneIsNot() {
        assertThat(registerAtOak().status()).isEqualTo(403);
        world.use(domains("acorn.example", "oak.example"));
        SipMessage challenge = registerAtOak();
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.first(HeaderName.WWW_AUTHENTICATE)).contains("realm=\"oak.example\"");
        assertAliceStaysSignedIn();
        world.use(domains("acorn.example"));
        assertThat(registerAtOak().status()).isEqualTo(403);
        assertAliceStaysSignedIn();
    }

    /** Alice is signed in at two domains; bob watches her at the one that is taken away. */
    @Test
    void whoIsSignedInAtADomainThatIsGoneIsSignedOutAndReachedByNothing() {
        world.use(domains("acorn.example", "oak.example"));
        world.account("oak.example", "zoe", "Zoe", true);
        Device zoe = world.outside("zoe");
        zoe.domain = "oak.example";
        Device bob = world.inside("bob");
        assertThat(zoe.signIn().status()).isEqualTo(200);
        bob.signIn();
        Watcher watcher = new Watcher(bob, ZOE);
        Watcher hers = new Watcher(zoe, ALICE);
        assertThat(watcher.subscribe(3600).status()).isEqualTo(200);
        assertThat(hers.subscribe(3600).status()).isEqualTo(200);
        world.advance(20);
        assertThat(world.engine.bindings(ZOE, world.now)).hasSize(1);
        zoe.inbox.clear();

        world.use(domains("acorn.example"));
        assertThat(world.engine.bindings(ZOE, world.now)).isEmpty();
        assertThat(world.store.bindings.get(ZOE)).as("on disk").isEmpty();
        assertThat(world.store.subscriptions).as("on disk").isEmpty();
        assertThat(watcher.state()).isEqualTo("terminated;reason=noresource");
        String contact = zoe.contact().replaceAll("[<>]", "");
        for (String uri : List.of(ZOE, contact)) {
            for (String method : List.of("MESSAGE", "INVITE", "OPTIONS")) {
                assertThat(bob.send(bob.request(method, uri)).status())
                        .as(method + " " + uri)
                        .isEqualTo(403);
            }
        }
        alice.signOut();
        world.advance(300);
        assertThat(zoe.inbox).isEmpty();

        alice.signIn();
        world.use(domains("acorn.example", "oak.example"));
        assertThat(zoe.signIn().status()).isEqualTo(200);
        assertThat(bob.send(bob.request("OPTIONS", ZOE)).status()).isEqualTo(200);
        assertAliceStaysSignedIn();
    }

    @Test
    void aDomainThatWasTakenAwayWhileThePoolWasDownLeavesNobodySignedIn() {
        world.use(domains("acorn.example", "oak.example"));
        world.account("oak.example", "zoe", "Zoe", true);
        Device zoe = world.outside("zoe");
        zoe.domain = "oak.example";
        zoe.signIn();
        world.restart(domains("acorn.example"));
        assertThat(world.engine.bindings(ZOE, world.now)).isEmpty();
        assertThat(world.store.bindings.get(ZOE)).as("on disk").isEmpty();
    }

    @Test
    void waitingMessagesContactsAndDecisionsOfADomainThatIsGoneComeBackWithIt() {
        world.use(domains("acorn.example", "oak.example"));
        world.account("oak.example", "zoe", "Zoe", true);
        Device zoe = world.outside("zoe");
        zoe.domain = "oak.example";
        SipMessage message = alice.message("zoe", "see you");
        message.setRequestUri(ZOE);
        assertThat(alice.send(message).status()).isEqualTo(202);
        world.engine.presence().addContact(new Contact(ALICE, ZOE, "Zoe"), outcome -> {});
        world.engine.presence().decide(ZOE, ALICE, Decision.BLOCK, outcome -> {}, world.now);
        world.settle();
        world.use(domains("acorn.example"));
        world.advance(60);
        world.use(domains("acorn.example", "oak.example"));
        assertThat(zoe.signIn().status()).isEqualTo(200);
        assertThat(zoe.texts()).containsExactly("see you");
        assertThat(world.engine.presence().contacts(ALICE)).hasSize(1);
        assertThat(world.engine.presence().decisions(ZOE)).hasSize(1);
    }

    @Test
    void challengesNameTheNewAlgorithms() {
        Device other = world.inside("bob");
        assertThat(other.send(other.register(600)).values(HeaderName.WWW_AUTHENTICATE))
                .hasSize(1)
                .allMatch(challenge -> !challenge.contains("SHA-256"));
        world.use(settings(
                List.of("acorn.example"),
                List.of(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5),
                RegistrarLimits.DEFAULT));
        assertThat(other.send(other.register(600)).values(HeaderName.WWW_AUTHENTICATE))
                .hasSize(2)
                .first()
                .asString()
                .contains("SHA-256");
        assertThat(other.signIn().status()).isEqualTo(200);
        assertAliceStaysSignedIn();
    }
}
