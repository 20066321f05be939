package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Kamailio inside in place of the pool, behind a connector where nothing else is said, with the sample configuration of the
 * documentation; softphones outside.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KamailioInsideTest {
    private static final int TONE = 440;
    private static final int OTHER_TONE = 700;

    private KamailioSite site;
    private Account alice;
    private Account bob;

    @BeforeAll
    void start() throws IOException {
        site = KamailioSite.connected("inside", "tls");
        alice = site.outside("alice");
        bob = site.outside("bob");
    }

    @AfterAll
    void stop() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    void softphonesExchangeMessagesOverTheOneConnectionThatTheConnectorOpened() {
        try (Baresip outside = Baresip.start("kamailio-baresip", alice, TONE, List.of(bob.uri()));
                Linphonec other = Linphonec.start("kamailio-linphonec", bob)) {
            outside.awaitSignedIn();
            other.awaitSignedIn();
            outside.sendMessage(bob.uri(), "Grüße an Bob");
            other.awaitMessage(alice.uri(), "Grüße an Bob");
            other.sendMessage(alice.uri(), "Grüße an Alice");
            outside.awaitMessage(bob.uri(), "Grüße an Alice");
            assertThat(site.kamailio().connections()).isEqualTo(1);
        }
    }

    @Test
    void aWrongPasswordIsRefusedByKamailioAndCountedByTheEdge() {
        double before = site.edge().counter("access_edge_credentials_failed_total", "");
        try (Linphonec wrong = Linphonec.start("kamailio-wrong-password", bob.withPassword("not it"))) {
            wrong.awaitCredentialsRefused();
        }
        assertThat(site.edge().counter("access_edge_credentials_failed_total", ""))
                .isGreaterThan(before);
    }

    @Test
    void baresipAndLinphonecPublishTheirPresenceAndWatchEachOther() {
        presenceBothWays(site, "kamailio");
    }

    /** The edge's other way inside: it dials Kamailio itself, and Kamailio sends its NOTIFYs on that connection. */
    @Test
    void theySeeEachOtherAlsoWhenTheEdgeDialsKamailio() throws IOException {
        try (KamailioSite dialled = KamailioSite.dialled("dialled")) {
            presenceBothWays(dialled, "kamailio-dialled");
        }
    }

    /** Both are outside: a message, INVITE, ACK and BYE pass that connection inwards, and outwards where Record-Route says. */
    @Test
    void theyWriteAndCallAlsoWhenTheEdgeDialsKamailio() throws IOException {
        try (KamailioSite dialled = KamailioSite.dialled("dialled-talk");
                Baresip caller = Baresip.start(
                        "kamailio-dialled-caller",
                        dialled.outside("alice"),
                        TONE,
                        List.of(dialled.outside("bob").uri()))) {
            caller.awaitSignedIn();
            ConnectorTest.talk(dialled, "dialled", caller);
            assertThat(dialled.kamailio().connections()).isEqualTo(1);
        }
    }

    private static void presenceBothWays(KamailioSite site, String name) {
        Account alice = site.outside("alice");
        Account bob = site.outside("bob");
        try (Baresip baresip = Baresip.startWatching(name + "-presence-baresip", alice, TONE, List.of(bob.uri()));
                Linphonec linphonec =
                        Linphonec.startPublishing(name + "-presence-linphonec", bob, List.of(alice.uri()))) {
            baresip.awaitSignedIn();
            linphonec.awaitSignedIn();
            baresip.awaitPresence(bob.uri(), "open");
            linphonec.awaitPresence(alice.uri(), "open");
        }
    }

    @Test
    void baresipCallsBaresip() {
        try (Baresip caller = Baresip.start("kamailio-baresip-caller", alice, TONE, List.of());
                Baresip callee = Baresip.start("kamailio-baresip-callee", bob, OTHER_TONE, List.of())) {
            caller.awaitSignedIn();
            callee.awaitSignedIn();
            caller.call(bob.uri());
            caller.awaitCallEstablished();
            callee.awaitCallEstablished();
            caller.awaitMedia();
            callee.awaitMedia();
            callee.hangUp();
            caller.awaitCallClosed();
            callee.awaitCallClosed();
            assertThat(caller.heard().hasTone(OTHER_TONE, TONE)).isTrue();
            assertThat(callee.heard().hasTone(TONE, OTHER_TONE)).isTrue();
        }
    }

    @Test
    void linphonecCallsBaresip() {
        try (Linphonec caller = Linphonec.start("kamailio-linphonec-caller", bob);
                Baresip callee = Baresip.start("kamailio-baresip-called", alice, TONE, List.of())) {
            caller.awaitSignedIn();
            callee.awaitSignedIn();
            caller.call(alice.uri());
            caller.awaitCallEstablished();
            callee.awaitCallEstablished();
            caller.playAndRecord(OTHER_TONE);
            caller.awaitMedia();
            callee.awaitMedia();
            caller.hangUp();
            caller.awaitCallClosed();
            callee.awaitCallClosed();
            assertThat(caller.heard().hasTone(TONE, OTHER_TONE)).isTrue();
            assertThat(callee.heard().hasTone(OTHER_TONE, TONE)).isTrue();
        }
    }
}
