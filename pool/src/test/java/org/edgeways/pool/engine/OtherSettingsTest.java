package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A running pool takes other settings: for requests that come from then on, and nobody is signed out by it. */
class OtherSettingsTest {

    private static final String ALICE = "sip:alice@acorn.example";

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
