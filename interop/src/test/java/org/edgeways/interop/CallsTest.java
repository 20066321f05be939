package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Calls between somebody outside and somebody inside. Each side plays a tone of its own, and hears the other's: the
 * signalling goes through edge and pool, the media directly on this host unless a relay is named.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallsTest {
    private static final int OUTSIDE_TONE = 440;
    private static final int INSIDE_TONE = 700;

    private DemoServer demo;

    @BeforeAll
    void startDemo() {
        demo = DemoServer.start("calls-demo");
    }

    @AfterAll
    void stopDemo() {
        if (demo != null) {
            demo.close();
        }
    }

    @Test
    void baresipOutsideCallsBaresipInside() {
        try (Baresip alice = Baresip.start("call-baresip-outside", demo.outside("alice"), OUTSIDE_TONE, List.of());
                Baresip carol = Baresip.start("call-baresip-inside", demo.inside("carol"), INSIDE_TONE, List.of())) {
            alice.awaitSignedIn();
            carol.awaitSignedIn();
            alice.call(demo.inside("carol").uri());
            talk(alice, carol);
        }
    }

    @Test
    void baresipInsideCallsBaresipOutside() {
        try (Baresip alice = Baresip.start("called-baresip-outside", demo.outside("alice"), OUTSIDE_TONE, List.of());
                Baresip carol = Baresip.start("calling-baresip-inside", demo.inside("carol"), INSIDE_TONE, List.of())) {
            alice.awaitSignedIn();
            carol.awaitSignedIn();
            carol.call(demo.outside("alice").uri());
            talk(alice, carol);
        }
    }

    /** Each tells the other only its address at the relay. */
    @Test
    void baresipsTalkThroughTheRelayWithCredentialsOfTheCommand() {
        RelayedAccount erin = demo.addWithRelay("erin");
        RelayedAccount frank = demo.addWithRelay("frank");
        try (Baresip outside =
                        Baresip.startRelayed("relayed-baresip-outside", erin.account(), OUTSIDE_TONE, erin.relay());
                Baresip inside = Baresip.startRelayed(
                        "relayed-baresip-inside", demo.inside(frank.account()), INSIDE_TONE, frank.relay())) {
            outside.awaitSignedIn();
            inside.awaitSignedIn();
            double before = demo.edgeCounter("av_edge_packets_total", "direction=\"between-clients\"");
            outside.call(frank.account().uri());
            int sent = talk(outside, inside);
            double relayed = demo.edgeCounter("av_edge_packets_total", "direction=\"between-clients\"") - before;
            // what came before the other side had let it in is lost, more on a busy machine
            assertThat(relayed).as("of at least %d packets", sent).isGreaterThan(sent / 2.0);
        }
    }

    /**
     * The side inside hangs up.
     *
     * @return how many packets the two have sent, at least
     */
    private static int talk(Baresip outside, Baresip inside) {
        outside.awaitCallEstablished();
        inside.awaitCallEstablished();
        int sent = Math.max(outside.awaitMedia(), inside.awaitMedia());
        inside.hangUp();
        outside.awaitCallClosed();
        inside.awaitCallClosed();
        assertThat(outside.heard().hasTone(INSIDE_TONE, OUTSIDE_TONE)).isTrue();
        assertThat(inside.heard().hasTone(OUTSIDE_TONE, INSIDE_TONE)).isTrue();
        return sent;
    }

    @Test
    void linphonecOutsideCallsLinphonecInside() {
        try (Linphonec bob = Linphonec.start("call-linphonec-outside", demo.outside("bob"));
                Linphonec carol = Linphonec.start("call-linphonec-inside", demo.inside("carol"))) {
            bob.awaitSignedIn();
            carol.awaitSignedIn();
            bob.call(demo.inside("carol").uri());
            carol.answer();
            talk(bob, carol);
        }
    }

    @Test
    void linphonecInsideCallsLinphonecOutside() {
        try (Linphonec bob = Linphonec.start("called-linphonec-outside", demo.outside("bob"));
                Linphonec carol = Linphonec.start("calling-linphonec-inside", demo.inside("carol"))) {
            bob.awaitSignedIn();
            carol.awaitSignedIn();
            carol.call(demo.outside("bob").uri());
            bob.answer();
            talk(bob, carol);
        }
    }

    /** The side outside hangs up. */
    private static void talk(Linphonec outside, Linphonec inside) {
        outside.awaitCallEstablished();
        inside.awaitCallEstablished();
        outside.playAndRecord(OUTSIDE_TONE);
        inside.playAndRecord(INSIDE_TONE);
        outside.awaitMedia();
        inside.awaitMedia();
        outside.hangUp();
        outside.awaitCallClosed();
        inside.awaitCallClosed();
        assertThat(outside.heard().hasTone(INSIDE_TONE, OUTSIDE_TONE)).isTrue();
        assertThat(inside.heard().hasTone(OUTSIDE_TONE, INSIDE_TONE)).isTrue();
    }

    /** Both outside: browsers have no listener inside. */
    @Test
    void chromiumCallsChromium() {
        try (ChromiumJsSip alice = ChromiumJsSip.start("call-chromium-alice", demo.outside("alice"));
                ChromiumJsSip bob = ChromiumJsSip.start("call-chromium-bob", demo.outside("bob"))) {
            alice.awaitSignedIn();
            bob.awaitSignedIn();
            alice.call(demo.outside("bob").uri());
            alice.awaitCallEstablished();
            bob.awaitCallEstablished();
            alice.awaitMedia();
            bob.awaitMedia();
            bob.hangUp();
            alice.awaitCallClosed();
            bob.awaitCallClosed();
        }
    }
}
