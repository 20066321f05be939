package org.edgeways.connector.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.proxy.ProxyCore;
import org.edgeways.sip.proxy.ProxySettings;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ReceivedVia;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One connector in a proxy core, in virtual time: edge1 is linked, edge2 is not, edge9 is none of ours. */
class ConnectorRouterTest {

    private static final String EDGE = "edge1.perimeter.acorn.example";
    private static final Flow LINK = new Flow(1);
    private static final Flow SERVER = new Flow(2);
    private static final String OURS = "<sip:10.0.0.9:5070;transport=udp;lr>";
    private static final String PATH = "<sip:token@" + EDGE + ";transport=tls;lr;ob>";

    private record Sent(SipMessage message, Destination to) {}

    private final List<Sent> sent = new ArrayList<>();
    private final InMemoryCounters counters = new InMemoryCounters();
    private @Nullable Destination server = new Destination.Connection(SERVER);
    private long now = 1_000_000_000L;

    private final ProxyCore core = new ProxyCore(
            (message, to, at) -> sent.add(new Sent(message.copy(), to)),
            new ConnectorRouter(
                    new ConnectorNames("10.0.0.9", 5070, "udp"),
                    new Surroundings() {
                        @Override
                        public boolean isEdge(String host) {
                            return host.equals(EDGE) || host.equals("edge2.perimeter.acorn.example");
                        }

                        @Override
                        public boolean isLinked(String edge) {
                            return edge.equals(EDGE);
                        }

                        @Override
                        public @Nullable Destination server() {
                            return server;
                        }
                    },
                    counters,
                    new Random(7)),
            ProxySettings.of(0),
            SipTimers.DEFAULT,
            SipEngineLimits.DEFAULT,
            counters,
            new Random(8));

    private static SipMessage request(String method, String uri, String toTag, String... more) {
        String text = method + " " + uri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/TLS " + EDGE + ";branch=z9hG4bK" + method + more.length + "\r\n"
                + "Max-Forwards: 70\r\nFrom: <sip:alice@acorn.example>;tag=a\r\nTo: <sip:bob@acorn.example>" + toTag
                + "\r\nCall-ID: c-" + method + "\r\nCSeq: 1 " + method + "\r\n" + String.join("", more)
                + "Content-Length: 0\r\n\r\n";
        if (!(SipParser.parse(text.getBytes(StandardCharsets.UTF_8), SipLimits.DEFAULT)
                instanceof ParseOutcome.Good(SipMessage message))) {
            throw new AssertionError(text);
        }
        ReceivedVia.mark(message, "10.0.0.5", 5060);
        return message;
    }

    private Sent fromEdge(SipMessage message) {
        return after(message, Origin.service(LINK, "edge1"));
    }

    private Sent fromServer(SipMessage message) {
        return after(message, Origin.datagrams(SERVER));
    }

    private Sent after(SipMessage message, Origin origin) {
        sent.clear();
        core.receive(message, origin, now);
        return sent.getLast();
    }

    @Test
    void signInsGoToTheServerWithTheConnectorBeforeTheEdgeInPath() {
        Sent forwarded = fromEdge(request("REGISTER", "sip:acorn.example", "", "Path: " + PATH + "\r\n"));
        assertThat(forwarded.to()).isEqualTo(new Destination.Connection(SERVER));
        assertThat(forwarded.message().elements(HeaderName.PATH))
                .containsExactly("<sip:10.0.0.9:5070;transport=udp;lr;ob>", PATH);
        assertThat(forwarded.message().topVia().toString()).startsWith("SIP/2.0/UDP 10.0.0.9:5070;branch=");
        assertThat(forwarded.message().has(HeaderName.RECORD_ROUTE)).isFalse();
    }

    @Test
    void aFirstHopThatDoesNotSupportOutboundIsNotMadeToLookAsIfItDid() {
        Sent forwarded = fromEdge(request("REGISTER", "sip:acorn.example", "", "Path: <sip:x@edge.example;lr>\r\n"));
        assertThat(forwarded.message().elements(HeaderName.PATH).getFirst()).isEqualTo(OURS);
    }

    @Test
    void whatTheServerSendsAlongThatPathGoesToTheEdgeWithoutTheConnectorsEntry() {
        Sent forwarded =
                fromServer(request("MESSAGE", "sip:alice@203.0.113.1", "", "Route: " + OURS + ", " + PATH + "\r\n"));
        assertThat(forwarded.to()).isEqualTo(new Destination.Service(EDGE));
        assertThat(forwarded.message().elements(HeaderName.ROUTE)).containsExactly(PATH);
        assertThat(forwarded.message().topVia().toString()).startsWith("SIP/2.0/TLS 10.0.0.9:5070;branch=");
    }

    @Test
    void callsPassAgainWithEveryRequestInEitherDirection() {
        Sent invite = fromEdge(request("INVITE", "sip:bob@acorn.example", ""));
        assertThat(invite.message().elements(HeaderName.RECORD_ROUTE)).containsExactly(OURS);
        Sent back = fromServer(request("INVITE", "sip:alice@203.0.113.1", "", "Route: " + OURS + ", " + PATH + "\r\n"));
        assertThat(back.message().elements(HeaderName.RECORD_ROUTE)).containsExactly(OURS);
        Sent acknowledgement = fromEdge(request("ACK", "sip:bob@10.0.0.5", ";tag=b", "Route: " + OURS + "\r\n"));
        assertThat(acknowledgement.to()).isEqualTo(new Destination.Connection(SERVER));
        Sent other =
                fromServer(request("ACK", "sip:alice@203.0.113.1", ";tag=b", "Route: " + OURS + ", " + PATH + "\r\n"));
        assertThat(other.to()).isEqualTo(new Destination.Service(EDGE));
    }

    @Test
    void theServerReachesNothingButEdgeNodes() {
        assertThat(fromServer(request("MESSAGE", "sip:alice@198.51.100.1", ""))
                        .message()
                        .status())
                .isEqualTo(404);
        String elsewhere = "Route: <sip:edge9.example;lr>\r\n";
        assertThat(fromServer(request("OPTIONS", "sip:x@198.51.100.1", "", elsewhere))
                        .message()
                        .status())
                .isEqualTo(403);
        assertThat(fromServer(request("INFO", "sip:x@198.51.100.1", "", "Route: <tel:+1>\r\n"))
                        .message()
                        .status())
                .isEqualTo(403);
        assertThat(refused()).isEqualTo(3);
    }

    @Test
    void anEdgeWithoutConnectionsIsToldAsUnreachableForAWhile() {
        SipMessage answer = fromServer(
                        request("MESSAGE", "sip:a@x", "", "Route: <sip:t@edge2.perimeter.acorn.example;lr>\r\n"))
                .message();
        assertThat(answer.status()).isEqualTo(480);
        assertThat(Integer.parseInt(answer.first(HeaderName.RETRY_AFTER))).isBetween(5, 9);
    }

    @Test
    void withoutAServerTheEdgeIsToldAtOnce() {
        server = null;
        SipMessage answer =
                fromEdge(request("MESSAGE", "sip:bob@acorn.example", "")).message();
        assertThat(answer.status()).isEqualTo(480);
        assertThat(answer.has(HeaderName.RETRY_AFTER)).isTrue();
    }

    @Test
    void aServerThatCannotServeOrBeReachedIsToldAsUnreachableForAWhile() {
        Sent forwarded = fromEdge(request("MESSAGE", "sip:bob@acorn.example", ""));
        SipMessage busy = SipMessage.responseTo(forwarded.message(), 503, "Overloaded", "b");
        busy.set(HeaderName.RETRY_AFTER, "17");
        core.receive(busy, Origin.datagrams(SERVER), now);
        assertThat(sent.getLast().message().status()).isEqualTo(480);
        assertThat(sent.getLast().message().first(HeaderName.RETRY_AFTER)).isEqualTo("17");

        Sent lost = fromEdge(request("OPTIONS", "sip:bob@acorn.example", ""));
        core.transportFailed(lost.message().topVia().branch(), now);
        assertThat(sent.getLast().message().status()).isEqualTo(480);
        assertThat(sent.getLast().message().has(HeaderName.RETRY_AFTER)).isTrue();
    }

    @Test
    void anAcknowledgementThatLeadsNowhereIsCountedAndDropped() {
        sent.clear();
        core.receive(request("ACK", "sip:x@198.51.100.1", ";tag=b"), Origin.datagrams(SERVER), now);
        assertThat(sent).isEmpty();
        assertThat(refused()).isEqualTo(1);
    }

    /** RFC 3261 section 17.1.2.2: Timer E doubles up to T2. */
    @Test
    void requestsOverUdpAreSentAgainUntilTheyAreAnswered() {
        Sent first = fromEdge(request("MESSAGE", "sip:bob@acorn.example", ""));
        pass(Duration.ofMillis(500));
        pass(Duration.ofSeconds(1));
        assertThat(sent)
                .hasSize(3)
                .allSatisfy(again -> assertThat(again.message().encode())
                        .isEqualTo(first.message().encode()));
        SipMessage ok = SipMessage.responseTo(first.message(), 200, "OK", "b");
        core.receive(ok, Origin.datagrams(SERVER), now);
        assertThat(sent.getLast().to()).isEqualTo(new Destination.Service("edge1"));
        pass(Duration.ofSeconds(4));
        assertThat(sent).hasSize(4);
    }

    private long refused() {
        return counters.values().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("connector_refused"))
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
    }

    private void pass(Duration time) {
        now += time.toNanos();
        core.timeout(now);
    }
}
