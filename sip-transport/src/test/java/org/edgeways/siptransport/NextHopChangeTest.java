package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The next hops that are dialled change while shards send to them. */
@Timeout(60)
final class NextHopChangeTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(50);

    private final BlockingQueue<String> failed = new LinkedBlockingQueue<>();
    private final List<Transmitter> transmitters = new CopyOnWriteArrayList<>();
    private final Loopback loopback = new Loopback();
    private final Loopback.Recorder atFirst = new Loopback.Recorder(false);
    private final Loopback.Recorder atSecond = new Loopback.Recorder(false);
    private SipListener first;
    private SipListener second;
    private SipShards shards;
    private int sent;

    @BeforeEach
    void open() throws Exception {
        first = loopback.listenTls(SipConnectionSettings.DEFAULT, atFirst);
        second = loopback.listenTls(SipConnectionSettings.DEFAULT, atSecond);
        IdleEngine engine = new IdleEngine() {
            @Override
            public void transportFailed(String branch, TransportFailure failure, long now) {
                failed.add(branch);
            }
        };
        shards = SipShards.perLoop(
                loopback.context, OutboundSettings.tls(loopback.clientTls()), (shard, transmitter) -> {
                    transmitters.add(transmitter);
                    return () -> engine;
                });
        shards.keepNextHops(List.of(hop(first)), () -> {}, LONG);
        awaitShards();
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        loopback.close();
    }

    private static SipUri hop(SipListener server) {
        return SipUri.of("", "127.0.0.1", server.localAddress().getPort());
    }

    /** Until each shard has done what it was given before. */
    private void awaitShards() {
        for (int i = 0; i < shards.size(); i++) {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            shards.shard(i).execute(now -> done.complete(true));
            done.join();
        }
    }

    private String ask(SipListener server) {
        String branch = "z9hG4bK-" + ++sent;
        SipMessage request = SipMessage.request("OPTIONS", "sip:acorn.example");
        request.add(HeaderName.of("Via"), "SIP/2.0/TLS edge1.acorn.example;branch=" + branch);
        request.add(HeaderName.of("Max-Forwards"), "70");
        request.add(HeaderName.of("From"), "<sip:alice@acorn.example>;tag=a");
        request.add(HeaderName.of("To"), "<sip:acorn.example>");
        request.add(HeaderName.of("Call-ID"), "one-call");
        request.add(HeaderName.of("CSeq"), sent + " OPTIONS");
        request.add(HeaderName.of("Content-Length"), "0");
        transmitters.getFirst().transmit(request, new Destination.Locate(hop(server)), 0);
        return branch;
    }

    private static String asked(Loopback.Recorder server) {
        try {
            return server.await(Loopback.Happening.Received.class)
                    .message()
                    .topVia()
                    .branch();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRefused(SipListener server, int times) throws Exception {
        String branch = ask(server);
        assertThat(failed.poll(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(branch);
        assertThat(loopback.counters.value(
                        "sip_next_hops_refused", "reason", TransportErrorCode.NEXT_HOP_WITHDRAWN.code()))
                .isEqualTo(times);
    }

    @Test
    void thoseOfBeforeAndTheNewOnesAreDialledUntilEachShardHasTheNewOnes() throws Exception {
        assertRefused(second, 1);

        shards.keepNextHops(
                List.of(hop(second)),
                () -> {
                    String early = ask(second);
                    assertThat(asked(atSecond)).isEqualTo(early);
                    String late = ask(first);
                    assertThat(asked(atFirst)).isEqualTo(late);
                },
                LONG);
        awaitShards();

        assertThat(failed).isEmpty();
        String later = ask(second);
        assertThat(asked(atSecond)).isEqualTo(later);
    }

    @Test
    void oneThatIsWithdrawnIsStillSentToOverWhatIsOpenUntilThatIsClosed() throws Exception {
        ask(first);
        asked(atFirst);

        shards.keepNextHops(List.of(hop(second)), () -> {}, LONG);
        awaitShards();
        String cancel = ask(first);
        assertThat(asked(atFirst)).isEqualTo(cancel);

        shards.keepNextHops(List.of(hop(second)), () -> {}, Duration.ZERO);
        atFirst.await(Loopback.Happening.Closed.class);
        assertRefused(first, 1);
    }

    /** Its time begins anew: that of the first withdrawal, which comes due after the second, ends nothing. */
    @Test
    void oneThatIsNamedAgainAndWithdrawnAgainIsSentToAsLongAsAnyOther() throws Exception {
        ask(first);
        asked(atFirst);

        shards.keepNextHops(List.of(hop(second)), () -> {}, SOON);
        shards.keepNextHops(List.of(hop(first)), () -> {}, LONG);
        shards.keepNextHops(List.of(hop(second)), () -> {}, LONG);
        awaitShards();
        CompletableFuture<Boolean> due = new CompletableFuture<>();
        var _ = loopback.loops.loop(0).schedule(() -> due.complete(true), 2 * SOON.toNanos(), TimeUnit.NANOSECONDS);
        assertThat(due.join()).isTrue();

        String cancel = ask(first);
        assertThat(asked(atFirst)).isEqualTo(cancel);
    }

    @Test
    void oneThatIsNamedAgainStaysOpen() throws Exception {
        ask(first);
        asked(atFirst);

        shards.keepNextHops(
                List.of(hop(second)),
                () -> shards.keepNextHops(List.of(hop(first)), () -> {}, Duration.ZERO),
                Duration.ZERO);
        awaitShards();

        String again = ask(first);
        assertThat(asked(atFirst)).isEqualTo(again);
        assertThat(loopback.counters.value(
                        "sip_connections_closed",
                        "endpoint",
                        "next-hop-tls",
                        "reason",
                        TransportErrorCode.NEXT_HOP_WITHDRAWN.code()))
                .isZero();
    }
}
