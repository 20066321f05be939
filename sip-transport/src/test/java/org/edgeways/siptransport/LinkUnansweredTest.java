package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.siptransport.Loopback.awaitTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.edgeways.siptransport.Loopback.Happening;
import org.edgeways.testkit.TcpRelay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whether a link is asked and answers, over real sockets: what happens sooner or later, however busy the machine is. What depends
 * on time is in {@link LinkQuestionTest}.
 */
@Timeout(60)
class LinkUnansweredTest {

    /** So soon that a test need not wait for it. */
    private static final Duration SOON = Duration.ofMillis(50);

    /** So late that no test lives to see it. */
    private static final Duration NEVER = Duration.ofHours(1);

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
    private static void linked(Duration unanswered, Linked done) throws Exception {
        Loopback.Recorder edge = new Loopback.Recorder(false);
        try (Loopback loopback = new Loopback();
                SipListener listener =
                        loopback.insideLeg(SipConnectionSettings.BETWEEN_PARTS.withLinkUnanswered(unanswered), edge);
                TcpRelay relay = TcpRelay.before(listener.localAddress());
                SipDialer dialer = SipDialer.start(
                        loopback.context,
                        loopback.links(relay.port()).withConnections(1).withKeepAlive(NEVER, NEVER),
                        new Loopback.Recorder(false),
                        LinkListener.NONE)) {
            SipConnection atEdge = edge.await(Happening.Opened.class).connection();
            // its first ping says that it answers pings
            awaitTrue(() -> sent(loopback, "inside-leg") == 1);
            assertThat(dialer.open()).isEqualTo(1);
            done.with(loopback, relay, atEdge, edge);
        }
    }

    private static long sent(Loopback loopback, String endpoint) {
        return loopback.counters.value("sip_messages_sent", "endpoint", endpoint);
    }

    @Test
    void itIsPassedOverAndThenClosedIfTheOtherEndDoesNotSayThatItLives() throws Exception {
        linked(SOON, (loopback, relay, atEdge, edge) -> {
            relay.connections().getFirst().fallSilent();
            assertThat(atEdge.send(RESPONSE)).isEqualTo(SendOutcome.SENT);
            awaitTrue(atEdge::isUnanswered);
            assertThat(edge.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.LINK_SILENT);
        });
    }

    @Test
    void whoDialledAnswersTheQuestionAndIsHeard() throws Exception {
        linked(NEVER, (loopback, relay, atEdge, edge) -> {
            ChannelSipConnection link = (ChannelSipConnection) atEdge;
            for (int asked = 1; asked <= 3; asked++) {
                long before = link.lastHeard();
                link.ask();
                awaitTrue(() -> link.lastHeard() > before);
                long sent = 1L + asked;
                awaitTrue(() -> sent(loopback, "inside-leg") == sent); // a pong, and the questions
                awaitTrue(() -> sent(loopback, "link-edge1") == sent); // a ping, and the pongs
            }
            assertThat(link.isOpen()).isTrue();
        });
    }
}
