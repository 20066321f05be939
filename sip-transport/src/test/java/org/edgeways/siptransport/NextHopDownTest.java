package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.base.LineRate;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipUri;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A next hop that is down while strangers send: real sockets, but time stands still unless a test lets it pass. */
@Timeout(60)
final class NextHopDownTest {

    private static final int REQUESTS = 150;

    private final AtomicLong nanos = new AtomicLong();
    private final EventLoops loops = new EventLoops(1);
    private final InMemoryCounters counters = new InMemoryCounters();
    private final TransportContext context = new TransportContext(
            loops,
            new ProcessClock(InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z")), nanos::get),
            counters,
            new SecureRandom());
    private final Loopback.Recorder events = new Loopback.Recorder(false);
    private final OutboundConnections outbound = new OutboundConnections(
            context, new OutboundSettings(null, true, Duration.ofSeconds(5), SipConnectionSettings.DEFAULT), events);
    private final Logger log = (Logger) LoggerFactory.getLogger(SipDialer.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private InetSocketAddress address;
    private SipUri hop;

    @BeforeEach
    void start() throws IOException {
        lines.start();
        log.addAppender(lines);
        try (ServerSocket server = new ServerSocket()) {
            server.bind(Loopback.anyPort());
            address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.getLocalPort());
        }
        hop = hop(address.getPort());
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
        context.close();
        loops.close();
    }

    private static SipUri hop(int port) {
        return new SipUri(
                false,
                null,
                "127.0.0.1",
                port,
                Parameters.parse(";transport=tcp").orThrow(),
                null);
    }

    private ServerSocket listen() throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address);
        return server;
    }

    private Optional<SipConnection> find() throws Exception {
        CompletableFuture<Optional<SipConnection>> found = new CompletableFuture<>();
        outbound.find(hop, "one-call", connection -> found.complete(Optional.ofNullable(connection)));
        return found.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private long failedDials() {
        return counters.value("sip_next_hop_dials_failed", "reason", TransportErrorCode.TARGET_UNREACHABLE.code());
    }

    private long refused(TransportErrorCode code) {
        return counters.value("sip_next_hops_refused", "reason", code.code());
    }

    private List<String> lines(String event) {
        synchronized (lines) {
            return lines.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(line -> line.startsWith("event=" + event + " "))
                    .toList();
        }
    }

    @Test
    void itIsDialledOnceWhateverStrangersSendAndAgainAfterAPause() throws Exception {
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(find()).isEmpty();
        }
        assertThat(failedDials()).isEqualTo(1);
        assertThat(refused(TransportErrorCode.NEXT_HOP_PAUSED)).isEqualTo(REQUESTS - 1);
        assertThat(lines("sip-target-unreachable")).hasSize(1);

        for (int dials = 2; dials < 10; dials++) {
            nanos.addAndGet(RedialPause.LONGEST.toNanos());
            assertThat(find()).isEmpty();
            assertThat(find()).isEmpty();
            assertThat(failedDials()).isEqualTo(dials);
        }
    }

    @Test
    void itIsUsedWithinTheLongestPauseWhenItIsBack() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(find()).isEmpty();
            nanos.addAndGet(RedialPause.LONGEST.toNanos());
        }
        try (ServerSocket server = listen()) {
            Optional<SipConnection> found = find();
            assertThat(found).isPresent();
            assertThat(find()).isEqualTo(found);
            server.accept().close();
        }
    }

    @Test
    void oneThatClosesAtOnceIsDialledAgainAtOnceTheFirstTimeAndThenAfterAPauseOnly() throws Exception {
        try (ServerSocket server = listen()) {
            for (int i = 0; i < 2; i++) {
                assertThat(find()).isPresent();
                server.accept().close();
                events.await(Loopback.Happening.Closed.class);
            }

            for (int i = 0; i < REQUESTS; i++) {
                assertThat(find()).isEmpty();
            }
            assertThat(failedDials()).isEqualTo(1);
            assertThat(refused(TransportErrorCode.NEXT_HOP_PAUSED)).isEqualTo(REQUESTS);

            nanos.addAndGet(RedialPause.LONGEST.toNanos());
            assertThat(find()).isPresent();
            server.accept().close();
        }
    }

    @Test
    void oneThatClosesAfterAWhileIsDialledAgainAtOnce() throws Exception {
        try (ServerSocket server = listen()) {
            assertThat(find()).isPresent();
            nanos.addAndGet(RedialPause.LONGEST.toNanos());
            server.accept().close();
            events.await(Loopback.Happening.Closed.class);

            assertThat(find()).isPresent();
            try (Socket second = server.accept()) {
                assertThat(second.isConnected()).isTrue();
            }
            assertThat(failedDials()).isZero();
        }
    }

    @Test
    void requestsToOneThatIsWithdrawnWriteNoMoreLinesThanStrangersMay() throws Exception {
        int change = outbound.allow(List.of());
        outbound.keepOnly(List.of(hop(address.getPort() == 1 ? 2 : 1)), change, Duration.ZERO);
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(find()).isEmpty();
        }
        assertThat(refused(TransportErrorCode.NEXT_HOP_WITHDRAWN)).isEqualTo(REQUESTS);
        assertThat(lines("sip-next-hop-refused")).hasSize(LineRate.LINES_PER_SECOND);
        assertThat(counters.value("sip_log_lines_suppressed")).isEqualTo(REQUESTS - LineRate.LINES_PER_SECOND);
        assertThat(failedDials()).isZero();
    }
}
