package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** Whose credentials are right, and what guesses come to. */
class SignInCredentialsTest {

    private PoolWorld world = new PoolWorld();

    @Test
    void wrongPasswordAndUnknownNameGetTheSameAnswer() {
        Device wrong = world.inside("alice");
        wrong.password = "not the password";
        Device nobody = world.inside("zoe");
        nobody.password = "not the password";
        SipMessage first = wrong.signIn();
        SipMessage second = nobody.signIn();
        assertThat(first.status()).isEqualTo(401);
        assertThat(second.status()).isEqualTo(401);
        assertThat(second.reason()).isEqualTo(first.reason());
        assertThat(names(second)).isEqualTo(names(first));
        assertThat(first.first(HeaderName.WWW_AUTHENTICATE)).doesNotContain("stale=true");
    }

    private static List<String> names(SipMessage message) {
        return message.names().stream().map(HeaderName::canonical).toList();
    }

    @Test
    void anyOfThePasswordsOfAPersonOpensTheDoor() {
        Device phone = world.inside("alice");
        phone.password = "another password";
        assertThat(phone.signIn().status()).isEqualTo(200);
        assertThat(world.engine
                        .bindings("sip:alice@acorn.example", world.now)
                        .getFirst()
                        .device())
                .isEqualTo("old");
    }

    @Test
    void credentialsThatWereUsedBeforeAreAskedForAgain() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        phone.sendSigned(register);
        SipMessage replayed = phone.register(600);
        String used = lastAuthorization(phone, register);
        replayed.set(HeaderName.AUTHORIZATION, used);
        assertThat(phone.send(replayed).status()).isEqualTo(200);
        SipMessage again = phone.register(600);
        again.set(HeaderName.AUTHORIZATION, used);
        SipMessage response = phone.send(again);
        assertThat(response.status()).isEqualTo(401);
        assertThat(response.first(HeaderName.WWW_AUTHENTICATE)).contains("stale=true");
    }

    /** Else whoever counts failures by the answer would count nothing: 400 is no challenge. */
    @Test
    void aGuessAheadOfMalformedCredentialsIsNotTried() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        register.add(HeaderName.AUTHORIZATION, lastAuthorization(phone, register));
        register.add(HeaderName.AUTHORIZATION, "Digest username");
        assertThat(phone.send(register).status()).isEqualTo(400);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
    }

    @Test
    void severalGuessesInOneRequestAreNotTried() {
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        String right = lastAuthorization(phone, register);
        register.add(HeaderName.AUTHORIZATION, right.replaceFirst("response=\"[0-9a-f]{4}", "response=\"0000"));
        register.add(HeaderName.AUTHORIZATION, right);
        assertThat(phone.send(register).status()).isEqualTo(400);
        assertThat(world.engine.bindings("sip:alice@acorn.example", world.now)).isEmpty();
    }

    /** Who has an account may not use it to guess the passwords of others: 403 and 200 are no challenges either. */
    @Test
    void onesOwnCredentialsDoNotHideAGuessAtSomebodyElses() {
        Device mallory = world.inside("bob");
        Device alice = world.inside("alice");
        SipMessage register = mallory.register(600);
        register.add(HeaderName.AUTHORIZATION, lastAuthorization(alice, register));
        register.add(HeaderName.AUTHORIZATION, lastAuthorization(mallory, register));
        assertThat(mallory.send(register).status()).isEqualTo(400);
    }

    @Test
    void aStaleNonceBesideAWrongGuessIsNotCalledStale() {
        world = new PoolWorld(withAlgorithms(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5));
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        String right = lastAuthorization(phone, register);
        world.advance(400);
        register.add(HeaderName.AUTHORIZATION, right.replaceFirst("response=\"[0-9a-f]{4}", "response=\"0000"));
        register.add(HeaderName.AUTHORIZATION, right);
        SipMessage response = phone.send(register);
        assertThat(response.status()).isEqualTo(401);
        assertThat(response.first(HeaderName.WWW_AUTHENTICATE)).doesNotContain("stale=true");
    }

    @Test
    void aGuessBesideCredentialsWithoutQopIsAnsweredAsAGuess() {
        world = new PoolWorld(withAlgorithms(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5));
        Device phone = world.inside("alice");
        SipMessage register = phone.register(600);
        String right = lastAuthorization(phone, register);
        register.add(HeaderName.AUTHORIZATION, right.replaceFirst("response=\"[0-9a-f]{4}", "response=\"0000"));
        register.add(HeaderName.AUTHORIZATION, right.replaceFirst(", qop=.*", ""));
        assertThat(phone.send(register).status()).isEqualTo(401);
    }

    private static EngineSettings withAlgorithms(DigestAlgorithm... algorithms) {
        EngineSettings defaults =
                EngineSettings.of("10.0.0.1", 9061, List.of("acorn.example"), Set.of(PoolWorld.EDGE_HOST));
        return new EngineSettings(
                defaults.host(),
                defaults.port(),
                defaults.aliases(),
                defaults.domains(),
                defaults.edgeHosts(),
                List.of(algorithms),
                defaults.nonceLifetime(),
                defaults.registrar(),
                defaults.messages(),
                defaults.presence());
    }

    /** Fresh credentials of the right person. */
    private String lastAuthorization(Device phone, SipMessage register) {
        SipMessage challenge = phone.send(phone.register(600));
        var client = new org.edgeways.sip.digest.DigestClient(phone.person, PoolWorld.PASSWORD);
        client.challenged(challenge.values(HeaderName.WWW_AUTHENTICATE));
        return client.authorization("REGISTER", register.requestUriText(), world.random)
                .orElseThrow();
    }

    @Test
    void offersEveryAlgorithmOfTheSettingToEverybody() {
        PoolWorld both = new PoolWorld(withAlgorithms(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5));
        Device alice = both.inside("alice");
        Device zoe = both.inside("zoe");
        assertThat(alice.send(alice.register(600)).values(HeaderName.WWW_AUTHENTICATE))
                .hasSize(2);
        assertThat(zoe.send(zoe.register(600)).values(HeaderName.WWW_AUTHENTICATE))
                .hasSize(2);
        assertThat(alice.signIn().status()).isEqualTo(200);
    }
}
