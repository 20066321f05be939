package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.net.TlsProvider;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many connections to origins an edge node can bring about, and for how long. */
@ExtendWith(LeakCheck.class)
final class OriginConnectionsTest {

    private static final int MOST = 3;

    private static LinkRequest get(String service) {
        return LinkRequest.get(service, "/");
    }

    private static long refused(EmbeddedLink link) {
        return link.counters.value(
                "link_streams_refused", "end", "inside", "reason", LinkErrorCode.SERVICE_EXHAUSTED.code());
    }

    @Test
    void streamThatIsResetTakesTheAttemptToConnectToItsOriginWithIt() {
        try (EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT)) {
            link.originsSilent = true;
            for (int i = 0; i < 10; i++) {
                Exchange exchange = Exchange.reading();
                EmbeddedLink.Server server = link.serverOf(get("files"), exchange);
                link.settle();
                assertThat(server.channel.isOpen()).as("an attempt").isTrue();

                exchange.stream.join().cancel();
                link.settle();

                assertThat(server.channel.isOpen()).as("an attempt").isFalse();
            }
            assertThat(link.counters.value(
                            "link_streams_refused", "end", "inside", "reason", LinkErrorCode.ORIGIN_UNREACHABLE.code()))
                    .isZero();
        }
    }

    @Test
    void connectionOfTheLinkThatIsLostTakesAllAttemptsWithIt() {
        try (EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT)) {
            link.originsSilent = true;
            for (int i = 0; i < 10; i++) {
                link.serverOf(get("files"), Exchange.reading());
            }
            link.settle();
            assertThat(link.servers).allMatch(server -> server.channel.isOpen());

            var _ = link.inside.close();
            link.settle();

            assertThat(link.servers).hasSize(10).noneMatch(server -> server.channel.isOpen());
        }
    }

    @Test
    void streamsPastTheLimitOfOneServiceAreRefusedUntilOneEnds() {
        try (EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT.withStreamsOfOneService(MOST))) {
            List<Exchange> running = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                Exchange exchange = Exchange.reading();
                link.serverOf(get("files"), exchange);
                running.add(exchange);
            }
            link.settle();
            assertThat(refused(link)).isZero();

            Exchange surplus = link.open(get("files"), Exchange.reading());
            link.settle();
            assertThat(surplus.head.join().status()).isEqualTo(503);
            assertThat(surplus.head.join().refusal()).contains("link-service-exhausted");
            assertThat(refused(link)).isEqualTo(1);
            assertThat(link.servers).as("connections to origins").hasSize(MOST);

            // one that is answered, one that is broken off
            link.servers.getFirst().answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            running.getLast().stream.join().cancel();
            link.settle();
            assertThat(running.getFirst().body).isCompletedWithValue("ok");
            link.serverOf(get("files"), Exchange.reading());
            link.serverOf(get("files"), Exchange.reading());
            link.settle();
            assertThat(refused(link)).isEqualTo(1);
            link.open(get("files"), Exchange.reading());
            link.settle();
            assertThat(refused(link)).isEqualTo(2);
            assertThat(link.servers.stream().filter(server -> server.channel.isOpen()))
                    .hasSize(MOST);
        }
    }

    @Test
    void attemptsToConnectCountAmongTheStreamsOfOneService() {
        try (EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT.withStreamsOfOneService(MOST))) {
            link.originsSilent = true;
            for (int i = 0; i < MOST + 1; i++) {
                link.open(get("files"), Exchange.reading());
            }
            link.settle();
            assertThat(link.servers).hasSize(MOST);
            assertThat(refused(link)).isEqualTo(1);
        }
    }

    @Test
    void anotherServiceIsAskedWhileOneHasAsManyStreamsAsItMay() {
        try (EmbeddedLink link = new EmbeddedLink(LinkLimits.DEFAULT.withStreamsOfOneService(MOST))) {
            for (int i = 0; i < MOST + 1; i++) {
                link.open(get("files"), Exchange.reading());
            }
            link.settle();
            assertThat(refused(link)).isEqualTo(1);

            Exchange other = Exchange.reading();
            link.serverOf(get("wiki"), other).answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            link.settle();
            assertThat(other.body).isCompletedWithValue("ok");
        }
    }

    /** The limit holds for all connections of a node together, and one node takes nothing of another's. */
    @Test
    void anotherNodeIsServedWhileOneHasAsManyStreamsAsItMayOnAllItsConnections() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    asked.add(TestOrigin.readRequest(in));
                    var _ = in.read(); // answers nothing until it is left
                });
                LinkLoopback one = new LinkLoopback(
                        TlsProvider.best(),
                        LinkLimits.DEFAULT.withStreams(2, 64 * 1024).withStreamsOfOneService(MOST));
                LinkLoopback two = new LinkLoopback()) {
            one.connect(4);
            one.serve("files", origin.origin());
            for (int i = 0; i < MOST; i++) {
                one.open(get("files"), Exchange.reading());
            }
            for (int i = 0; i < MOST; i++) {
                LinkLoopback.Control.next(asked);
            }
            Exchange surplus = one.open(get("files"), Exchange.reading());
            assertThat(surplus.awaitHead().refusal()).contains("link-service-exhausted");

            // the same inside dials another node
            one.dialer.setNode(two.node("edge2", two.listen("edge2")).withConnections(1));
            LinkLoopback.await(() -> !two.acceptor.states().isEmpty()
                    && two.acceptor.states().getFirst().connections() == 1);
            two.open(LinkRequest.get("files", "/of/two"), Exchange.reading());
            assertThat(LinkLoopback.Control.next(asked)).startsWith("GET /of/two ");
            assertThat(one.counters.value("link_streams_refused", "end", "inside", "reason", "link-service-exhausted"))
                    .isEqualTo(1);
        }
    }
}
