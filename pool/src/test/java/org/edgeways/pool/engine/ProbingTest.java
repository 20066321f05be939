package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.pool.presence.engine.Decision;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that ring nowhere and yet tell whether somebody is there, from one who is not to see it. */
class ProbingTest {

    private static final String ALICE = "sip:alice@acorn.example";
    private static final String BOB = "sip:bob@acorn.example";

    private final PoolWorld world = new PoolWorld();
    private final Device alice = world.inside("alice");
    private final Device bob = world.inside("bob");

    @BeforeEach
    void bothAreSignedIn() {
        alice.signIn();
        bob.signIn();
    }

    private SipMessage probe(String method, String uri) {
        SipMessage request = alice.request(method, uri);
        if (method.equals("SUBSCRIBE")) {
            request.set(HeaderName.EVENT, "dialog");
        }
        return alice.send(request);
    }

    @ParameterizedTest
    @CsvSource({
        "POLITE_BLOCK, OPTIONS, false",
        "POLITE_BLOCK, OPTIONS, true",
        "POLITE_BLOCK, SUBSCRIBE, false",
        "BLOCK, OPTIONS, false",
        "BLOCK, SUBSCRIBE, true",
    })
    void whoMayNotSeeAPersonIsAnsweredAsIfThePersonWereNotThere(Decision decision, String method, boolean gruu) {
        String uri = gruu ? Gruu.of(BOB, bob.instance) : BOB;
        assertThat(probe(method, uri).status()).isEqualTo(200);
        int reached = bob.received(method).size();
        world.engine.presence().decide(BOB, ALICE, decision, outcome -> {}, world.now);
        world.settle();
        SipMessage hidden = probe(method, uri);
        assertThat(bob.received(method)).hasSize(reached);
        bob.signOut();
        SipMessage away = probe(method, uri);
        assertThat(hidden.status()).isEqualTo(480).isEqualTo(away.status());
        assertThat(hidden.reason()).isEqualTo(away.reason());
        assertThat(hidden.names()).isEqualTo(away.names());
    }

    @Test
    void whoKnowsADevicesContactLearnsNoMore() {
        String contact = bob.contact().replaceAll("[<>]", "");
        assertThat(probe("OPTIONS", contact).status()).isEqualTo(200);
        world.engine.presence().decide(BOB, ALICE, Decision.POLITE_BLOCK, outcome -> {}, world.now);
        world.settle();
        SipMessage hidden = probe("OPTIONS", contact);
        bob.signOut();
        SipMessage away = probe("OPTIONS", contact);
        assertThat(hidden.status()).isEqualTo(403).isEqualTo(away.status());
        assertThat(hidden.reason()).isEqualTo(away.reason());
    }

    @Test
    void callsStillReachThem() {
        world.engine.presence().decide(BOB, ALICE, Decision.POLITE_BLOCK, outcome -> {}, world.now);
        world.settle();
        alice.send(alice.request("INVITE", BOB));
        assertThat(bob.received("INVITE")).hasSize(1);
    }
}
