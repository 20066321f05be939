package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.siptransport.Loopback.awaitTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.edgeways.siptransport.Loopback.Happening;
import org.edgeways.testkit.TcpRelay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link on which something was sent and nothing comes, over real sockets. */
@Timeout(60)
class LinkUnansweredTest {

    private static final SipConnectionSettings IMPATIENT =
            SipConnectionSettings.BETWEEN_PARTS.withLinkUnanswered(Duration.ofMillis(50));
    private static final byte[] RESPONSE = """
            SIP/2.0 200 OK
            Via: SIP/2.0/TLS pool.acorn.example;branch=z9hG4bKa
            From: <sip:alice@acorn.example>;tag=1
            To: <sip:bob@acorn.example>;tag=2
            Call-ID: 1
            CSeq: 1 MESSAGE
            Content-Length: 0

            """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);

    private interface Linked {
        void with(Loopback loopback, TcpRelay relay, SipConnection atEdge, Loopback.Recorder edge) throws Exception;
    }

    /** One link that the inside has opened, past a relay; nobody asks on it but the edge. */
    private static void linked(Linked done) throws Exception {
        Loopback.Recorder edge = new Loopback.Recorder(false);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.insideLeg(IMPATIENT, edge);
                TcpRelay relay = TcpRelay.before(listener.localAddress());
                SipDialer dialer = SipDialer.start(
                        loopback.context,
                        loopback.links(relay.port())
                                .withConnections(1)
                                .withKeepAlive(Duration.ofHours(1), Duration.ofSeconds(10)),
                        new Loopback.Recorder(false),
                        LinkListener.NONE)) {
            SipConnection atEdge = edge.await(Happening.Opened.class).connection();
            // its first ping says that it answers pings
            awaitTrue(() -> pongsOfEdge(loopback) == 1);
            assertThat(dialer.open()).isEqualTo(1);
            done.with(loopback, relay, atEdge, edge);
        }
    }

    private static long pongsOfEdge(Loopback loopback) {
        return loopback.counters.value("sip_messages_sent", "endpoint", "inside-leg");
    }

    @Test
    void itIsPassedOverAndThenClosedIfTheOtherEndDoesNotSayThatItLives() throws Exception {
        linked((loopback, relay, atEdge, edge) -> {
            relay.connections().getFirst().fallSilent();
            assertThat(atEdge.send(RESPONSE)).isEqualTo(SendOutcome.SENT);
            awaitTrue(atEdge::isUnanswered);
            assertThat(edge.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.LINK_SILENT);
        });
    }

    @Test
    void itStaysIfTheOtherEndSaysThatItLives() throws Exception {
        linked((loopback, relay, atEdge, edge) -> {
            for (int asked = 1; asked <= 3; asked++) {
                assertThat(pongsOfEdge(loopback)).isEqualTo(2 * asked - 1);
                long before = pongsOfEdge(loopback);
                assertThat(atEdge.send(RESPONSE)).isEqualTo(SendOutcome.SENT);
                awaitTrue(() -> pongsOfEdge(loopback) == before + 2); // the message and the question
                awaitTrue(() -> !atEdge.isUnanswered());
            }
            assertThat(atEdge.isOpen()).isTrue();
        });
    }

    @Test
    void nobodyAsksWhereNothingWasSent() throws Exception {
        linked((loopback, relay, atEdge, edge) -> {
            relay.connections().getFirst().fallSilent();
            assertThat(edge.happenings.poll(500, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isNull();
            assertThat(atEdge.isUnanswered()).isFalse();
        });
    }
}
