package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Windows, limits and bounded memory, on embedded channels in virtual time. */
@ExtendWith(LeakCheck.class)
final class FlowControlTest {

    private static final LinkLimits LIMITS = LinkLimits.DEFAULT
            .withStreams(8, 64 * 1024)
            .withPatience(Duration.ofMillis(301_300), Duration.ofSeconds(10), Duration.ofMillis(57_300));
    private static final int MEBIBYTE = 1024 * 1024;

    /** What may wait for a reader that has stopped: its window, the stream's queue, one read of the origin. */
    private static final int BOUND = LIMITS.streamWindowBytes() + 64 * 1024 + 2 * EmbeddedLink.READ_BYTES;

    private static LinkRequest get() {
        return LinkRequest.get("files", "/");
    }

    @Test
    void readerThatStopsStopsTheOriginAndGoesOnWhereItStopped() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.stopped();
            EmbeddedLink.Server server = link.serverOf(get(), exchange).answersBytes(8L * MEBIBYTE);

            link.settle();
            assertThat(server.taken - exchange.bytes.get()).isBetween(1L, (long) BOUND);
            long before = server.taken;

            for (int i = 0; i < 10; i++) {
                exchange.stream.join().read();
                link.settle();
                assertThat(server.taken - exchange.bytes.get()).isLessThanOrEqualTo(BOUND);
            }
            assertThat(server.taken).isGreaterThan(before);
            while (!exchange.body.isDone()) {
                exchange.stream.join().read();
                link.settle();
            }
            assertThat(exchange.bytes.get()).isEqualTo(8L * MEBIBYTE);
        }
    }

    @Test
    void streamFlowsBesideAsManyStoppedReadersAsThereMayBe() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            List<Exchange> stopped = new ArrayList<>();
            for (int i = 0; i < LIMITS.streams() - 1; i++) {
                Exchange exchange = Exchange.stopped();
                link.serverOf(get(), exchange).answersBytes(100L * MEBIBYTE);
                stopped.add(exchange);
            }
            link.settle();
            long held = link.servers.stream().mapToLong(server -> server.taken).sum()
                    - stopped.stream()
                            .mapToLong(exchange -> exchange.bytes.get())
                            .sum();
            assertThat(held).isLessThanOrEqualTo((long) BOUND * stopped.size());

            Exchange flowing = Exchange.counting();
            link.serverOf(get(), flowing).answersBytes(4L * MEBIBYTE);
            link.settle();

            assertThat(flowing.body).isCompleted();
            assertThat(flowing.bytes.get()).isEqualTo(4L * MEBIBYTE);
        }
    }

    @Test
    void floodOnOneStreamDelaysAnotherOnlyByWhatIsUnderWay() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange flood = Exchange.counting();
            link.serverOf(get(), flood).answersBytes(200L * MEBIBYTE);
            for (int i = 0; i < 50; i++) {
                link.round();
            }
            assertThat(flood.bytes.get()).isGreaterThan(MEBIBYTE / 2);

            for (int i = 0; i < 20; i++) {
                long before = flood.bytes.get();
                Exchange small = Exchange.reading();
                link.serverOf(get(), small).answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                int rounds = 0;
                while (!small.body.isDone() && rounds < 50) {
                    link.round();
                    rounds++;
                }
                assertThat(small.body).isCompletedWithValue("ok");
                assertThat(rounds).isLessThanOrEqualTo(8);
                assertThat(flood.bytes.get()).as("the flood goes on").isGreaterThan(before);
            }
        }
    }

    @Test
    void originThatTakesNothingStopsTheUpload() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.reading();
            EmbeddedLink.Server server = link.serverOf(LinkRequest.post("files", "/"), exchange);
            link.settle();
            server.takesNothing(true);
            LinkStream stream = exchange.stream.join();

            long sent = 0;
            for (int i = 0; i < 1000; i++) {
                while (stream.isWritable()) {
                    stream.send(Unpooled.buffer(8192).writeZero(8192), false);
                    sent += 8192;
                }
                link.settle();
            }
            // at the edge the stream's queue, at the inside its window and what one read brings
            long bound = 64 * 1024 + 16_384L + LIMITS.streamWindowBytes() + 64 * 1024;
            assertThat(sent).isLessThanOrEqualTo(bound);

            server.takesNothing(false);
            long before = sent;
            for (int i = 0; i < 100; i++) {
                while (stream.isWritable()) {
                    stream.send(Unpooled.buffer(8192).writeZero(8192), false);
                    sent += 8192;
                }
                link.settle();
            }
            assertThat(sent).isGreaterThan(before + MEBIBYTE);
            assertThat(server.received).isGreaterThan(sent);
            stream.cancel();
            link.settle();
            assertThat(server.channel.isOpen()).isFalse();
        }
    }

    @Test
    void streamPastTheLimitIsNotOpenedAndHarmsNoOther() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            List<Exchange> all = new ArrayList<>();
            for (int i = 0; i < LIMITS.streams(); i++) {
                Exchange exchange = Exchange.reading();
                link.serverOf(get(), exchange);
                all.add(exchange);
            }
            Exchange more = link.open(get(), Exchange.reading());
            link.settle();

            assertThat(more.awaitFailure()).isEqualTo(LinkErrorCode.NOT_PROCESSED);
            assertThat(link.servers).hasSize(LIMITS.streams());
            link.servers.forEach(server -> server.answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            link.settle();
            assertThat(all).allSatisfy(exchange -> assertThat(exchange.body).isCompletedWithValue("ok"));
        }
    }

    @Test
    void readerThatStopsForTooLongLosesItsStreamAndNothingElse() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.stopped();
            EmbeddedLink.Server server = link.serverOf(get(), exchange).answersBytes(8L * MEBIBYTE);
            link.settle();
            passTime(link, LIMITS.streamIdle().plusSeconds(61));

            assertThat(exchange.awaitFailure()).isEqualTo(LinkErrorCode.STREAM_RESET);
            assertThat(server.channel.isOpen()).isFalse();
            assertThat(link.counters.value("link_streams_broken", "end", "inside", "reason", "link-stream-idle"))
                    .isEqualTo(1);
            assertThat(link.inside.isOpen()).isTrue();
        }
    }

    @Test
    void originThatDoesNotAnswerIsGivenUp() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.reading();
            EmbeddedLink.Server server = link.serverOf(get(), exchange);
            link.settle();
            passTime(link, LIMITS.originAnswer().minusSeconds(1));
            assertThat(exchange.head).isNotDone();
            passTime(link, Duration.ofSeconds(2));

            assertThat(exchange.awaitHead().status()).isEqualTo(504);
            assertThat(exchange.awaitHead().refusal()).contains("link-origin-timeout");
            assertThat(server.channel.isOpen()).isFalse();
        }
    }

    private static void passTime(EmbeddedLink link, Duration duration) {
        for (long i = 0; i < duration.toSeconds(); i++) {
            link.advance(Duration.ofSeconds(1));
            link.settle();
        }
    }

    @Test
    void streamThatTheEdgeBreaksOffFreesTheOriginAndAllThatWaited() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            for (int i = 0; i < 30; i++) {
                Exchange exchange = Exchange.stopped();
                EmbeddedLink.Server server = link.serverOf(get(), exchange).answersBytes(8L * MEBIBYTE);
                link.settle();
                exchange.stream.join().cancel();
                link.settle();
                assertThat(server.channel.isOpen()).isFalse();
            }
            assertThat(link.serving.streams()).isZero();
            assertThat(link.opening.streams()).isZero();
            Exchange flowing = Exchange.counting();
            link.serverOf(get(), flowing).answersBytes(MEBIBYTE);
            link.settle();
            assertThat(flowing.bytes.get()).isEqualTo(MEBIBYTE);
        }
    }

    @Test
    void answerBeforeTheEndOfTheRequestIsWholeAndEndsTheUpload() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.stopped();
            EmbeddedLink.Server server = link.serverOf(LinkRequest.post("files", "/"), exchange);
            exchange.stream.join().send(Unpooled.buffer(10).writeZero(10), false);
            server.answers("HTTP/1.1 413 Too much\r\nContent-Length: 2\r\n\r\nno");
            link.settle();
            exchange.stream.join().read();
            link.settle();

            assertThat(exchange.awaitHead().status()).isEqualTo(413);
            assertThat(exchange.body).isCompleted();
            assertThat(exchange.bytes.get()).isEqualTo(2);
            assertThat(link.opening.streams()).isZero();
            assertThat(link.serving.streams()).isZero();
        }
    }

    @Test
    void silentConnectionIsClosedAtBothEndsAndItsStreamsFail() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.reading();
            EmbeddedLink.Server server = link.serverOf(get(), exchange);
            passTime(link, Duration.ofSeconds(40));
            assertThat(link.edgeEvents.why).isEqualTo("open");
            assertThat(link.insideEvents.why).isEqualTo("open");

            link.cut = true;
            for (int i = 0; i < 9; i++) {
                link.advance(Duration.ofSeconds(1));
            }
            assertThat(link.insideEvents.closed).isNull();
            link.advance(Duration.ofSeconds(2));

            assertThat(link.insideEvents.closed).isEqualTo(LinkErrorCode.SILENT);
            assertThat(link.edgeEvents.closed).isEqualTo(LinkErrorCode.SILENT);
            assertThat(exchange.awaitFailure()).isEqualTo(LinkErrorCode.CONNECTION_FAILED);
            assertThat(server.channel.isOpen()).isFalse();
        }
    }

    @Test
    void drainedConnectionFinishesWhatRunsThenCloses() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.reading();
            EmbeddedLink.Server server = link.serverOf(get(), exchange);
            link.serving.drain();
            link.settle();
            assertThat(link.edgeEvents.goAway).isTrue();
            passTime(link, Duration.ofSeconds(5));
            assertThat(link.insideEvents.closed).isNull();

            server.answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            link.settle();
            passTime(link, Duration.ofSeconds(2));

            assertThat(exchange.body).isCompletedWithValue("ok");
            assertThat(link.insideEvents.closed).isEqualTo(LinkErrorCode.DRAINED);
        }
    }

    @Test
    void doubtfulAnswerIsToldAsBadGatewayOrBreaksTheStreamOff() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange smuggled = Exchange.reading();
            link.serverOf(get(), smuggled)
                    .answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok");
            Exchange broken = Exchange.reading();
            EmbeddedLink.Server second = link.serverOf(get(), broken);
            second.answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
            link.settle();
            var _ = second.channel.close();
            link.settle();

            assertThat(smuggled.awaitHead().status()).isEqualTo(502);
            assertThat(smuggled.awaitHead().refusal()).contains("link-origin-malformed");
            assertThat(broken.awaitHead().status()).isEqualTo(200);
            assertThat(broken.awaitFailure()).isEqualTo(LinkErrorCode.STREAM_RESET);
        }
    }

    @Test
    void originCannotPretendToBeTheInsideRefusing() throws Exception {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            Exchange exchange = Exchange.reading();
            link.serverOf(get(), exchange)
                    .answers("HTTP/1.1 404 No\r\nEdgeways-Reason: link-service-unknown\r\nContent-Length: 0\r\n\r\n");
            link.settle();
            assertThat(exchange.awaitHead().status()).isEqualTo(404);
            assertThat(exchange.awaitHead().refusal()).isEmpty();
        }
    }

    @Test
    void floodOfResetsEndsTheConnection() {
        try (EmbeddedLink link = new EmbeddedLink(LIMITS)) {
            int opened = 0;
            while (link.inside.isOpen() && opened < 20_000) {
                Exchange exchange = link.open(get(), Exchange.stopped());
                var _ = exchange.stream.thenAccept(LinkStream::cancel).exceptionally(_ -> null);
                link.settle();
                opened++;
            }
            assertThat(opened).isBetween(400, 19_999);
            assertThat(link.insideEvents.closed).isEqualTo(LinkErrorCode.FLOODED);
            assertThat(link.servers)
                    .allSatisfy(server -> assertThat(server.channel.isOpen()).isFalse());
        }
    }
}
