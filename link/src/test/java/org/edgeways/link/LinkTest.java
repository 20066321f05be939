package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.Channel;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.edgeways.link.engine.InsideState;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The Link on loopback: real mutual TLS, real origins. */
@ExtendWith(LeakCheck.class)
final class LinkTest {

    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void edgeReachesANamedOriginOverTcp(TlsProvider provider) throws Exception {
        try (TestOrigin origin = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback(provider, LinkLimits.DEFAULT).connect(1)) {
            link.serve("intranet", origin.origin());

            Exchange exchange =
                    link.open(LinkRequest.get("intranet", "/a?b=c").with("accept", "text/plain"), Exchange.reading());

            assertThat(exchange.awaitHead().status()).isEqualTo(200);
            assertThat(exchange.awaitHead().field("content-type")).contains("text/plain");
            assertThat(exchange.awaitHead().refusal()).isEmpty();
            assertThat(exchange.awaitBody()).isEqualTo("hello");
            Origin.Tcp tcp = (Origin.Tcp) origin.origin();
            assertThat(LinkLoopback.Control.next(origin.requests))
                    .isEqualTo("GET /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:" + tcp.port()
                            + "\r\naccept: text/plain\r\nconnection: close\r\n\r\n");
        }
    }

    @Test
    void edgeReachesANamedOriginOverAUnixSocket(@TempDir Path directory) throws Exception {
        try (TestOrigin origin = TestOrigin.unix(directory.resolve("origin.sock"), (in, out) -> {
                    String request = TestOrigin.readRequest(in);
                    out.write(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(request.length()) + "\r\n" + request + "\r\n0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
                });
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("files", origin.origin());

            Exchange exchange = link.open(LinkRequest.get("files", "/x"), Exchange.reading());

            assertThat(exchange.awaitHead().field("transfer-encoding")).isEmpty();
            assertThat(exchange.awaitBody())
                    .isEqualTo("GET /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        }
    }

    @Test
    void bodyOfARequestIsPassedOnInChunksOrWithItsLength() throws Exception {
        try (TestOrigin origin = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("intranet", origin.origin());

            Exchange chunked = link.open(LinkRequest.post("intranet", "/"), Exchange.reading());
            chunked.send("one", false);
            chunked.send("two", true);
            assertThat(chunked.awaitBody()).isEqualTo("hello");
            assertThat(LinkLoopback.Control.next(origin.requests))
                    .contains("transfer-encoding: chunked\r\n")
                    .endsWith("0\r\n\r\n")
                    .containsSubsequence("one", "two");

            Exchange sized =
                    link.open(LinkRequest.post("intranet", "/").with("content-length", "6"), Exchange.reading());
            sized.send("onetwo", true);
            assertThat(sized.awaitBody()).isEqualTo("hello");
            assertThat(LinkLoopback.Control.next(origin.requests)).endsWith("content-length: 6\r\n\r\nonetwo");
        }
    }

    @Test
    void serviceThatIsForOtherNodesIsRefusedLikeOneThatIsNotNamed() throws Exception {
        try (TestOrigin origin = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.services.replaceNamed(Map.of(
                    "intranet",
                    new LinkServices.Named(origin.origin(), Set.of("edge1")),
                    "payroll",
                    new LinkServices.Named(origin.origin(), Set.of("edge2"))));

            Exchange own = link.open(LinkRequest.get("intranet", "/"), Exchange.reading());
            assertThat(own.awaitHead().status()).isEqualTo(200);
            Exchange foreign = link.open(LinkRequest.get("payroll", "/"), Exchange.reading());
            assertThat(foreign.awaitHead().status()).isEqualTo(404);
            assertThat(foreign.awaitHead().refusal()).contains("link-service-unknown");
        }
    }

    @Test
    void serviceThatIsNotNamedIsRefusedCountedAndLogged() throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger(InsideStreams.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        try (TestOrigin origin = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("intranet", origin.origin());

            Exchange exchange = link.open(LinkRequest.get("payroll", "/"), Exchange.reading());

            assertThat(exchange.awaitHead().status()).isEqualTo(404);
            assertThat(exchange.awaitHead().refusal()).contains("link-service-unknown");
            assertThat(exchange.awaitBody()).isEmpty();
            for (String end : List.of("inside", "edge")) {
                assertThat(link.counters.value("link_streams_refused", "end", end, "reason", "link-service-unknown"))
                        .isEqualTo(1);
            }
            assertThat(origin.requests).isEmpty();
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "event=link-service-refused code=link-service-unknown node=edge1 service=\"payroll\"");
        } finally {
            log.detachAppender(lines);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Intranet", "intranet:80", "intranet.", "control2", "127.0.0.1", "user@intranet"})
    void serviceIsFoundByItsExactNameOnly(String name) throws Exception {
        try (TestOrigin origin = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback().connect(1)) {
            link.serve("intranet", origin.origin());
            Exchange exchange = link.open(LinkRequest.get(name, "/"), Exchange.reading());
            assertThat(exchange.awaitHead().status()).isEqualTo(404);
            assertThat(origin.requests).isEmpty();
        }
    }

    @Test
    void largeDownloadLeavesInteractiveRequestsQuick() throws Exception {
        int mebibytes = 64;
        byte[] block = new byte[1 << 20];
        try (TestOrigin large = TestOrigin.tcp((in, out) -> {
                    TestOrigin.readRequest(in);
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    for (int i = 0; i < mebibytes; i++) {
                        out.write(block);
                    }
                });
                TestOrigin small = TestOrigin.answering(HELLO);
                LinkLoopback link = new LinkLoopback().connect(4)) {
            link.services.replace(Map.of("large", large.origin(), "small", small.origin()));
            long began = System.nanoTime();
            Exchange download = link.open(LinkRequest.get("large", "/"), TrafficClass.BULK, Exchange.counting());
            int answered = 0;
            long slowest = 0;
            while (!download.body.isDone()) {
                long asked = System.nanoTime();
                assertThat(link.open(LinkRequest.get("small", "/"), Exchange.reading())
                                .awaitBody())
                        .isEqualTo("hello");
                slowest = Math.max(slowest, System.nanoTime() - asked);
                answered++;
            }
            download.awaitBody();
            assertThat(download.bytes.get()).isEqualTo((long) mebibytes << 20);
            assertThat(answered).isGreaterThan(3);
            System.out.printf(
                    "%d MiB in %d ms beside %d requests, the slowest %d ms%n",
                    mebibytes, (System.nanoTime() - began) / 1_000_000, answered, slowest / 1_000_000);
        }
    }

    @Test
    void unreachableOriginIsToldAsBadGateway() throws Exception {
        try (LinkLoopback link = new LinkLoopback().connect(1)) {
            TestOrigin gone = TestOrigin.answering(HELLO);
            link.serve("intranet", gone.origin());
            gone.close();

            Exchange exchange = link.open(LinkRequest.get("intranet", "/"), Exchange.reading());

            assertThat(exchange.awaitHead().status()).isEqualTo(502);
            assertThat(exchange.awaitHead().refusal()).contains("link-origin-unreachable");
        }
    }

    @Test
    void controlMessagesGoBothWaysUpToTheirLimit() throws Exception {
        try (LinkLoopback link = new LinkLoopback().connect(2)) {
            ControlPeer edge = LinkLoopback.Control.next(link.insideControl.peers);
            ControlPeer inside = LinkLoopback.Control.next(link.edgeControl.peers);
            assertThat(edge.identity().node()).isEqualTo("edge1");
            assertThat(inside.identity().service()).isEqualTo("pool");

            byte[] large = new byte[LinkLimits.DEFAULT.controlMessageBytes()];
            Arrays.fill(large, (byte) 7);
            edge.send(large);
            edge.send(new byte[0]);
            inside.send("hello".getBytes(StandardCharsets.US_ASCII));

            assertThat(LinkLoopback.Control.next(link.edgeControl.messages)).isEqualTo(large);
            assertThat(LinkLoopback.Control.next(link.edgeControl.messages)).isEmpty();
            assertThat(LinkLoopback.Control.next(link.insideControl.messages))
                    .isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));

            // an edge node may say less
            inside.send(new byte[LinkLimits.DEFAULT.controlTakenBytes()]);
            inside.send(new byte[LinkLimits.DEFAULT.controlTakenBytes() + 1]);
            assertThat(LinkLoopback.Control.next(link.insideControl.messages))
                    .hasSize(LinkLimits.DEFAULT.controlTakenBytes());
            assertThat(LinkLoopback.Control.next(link.insideControl.ends))
                    .isEqualTo(LinkErrorCode.CONTROL_MESSAGE_TOO_LONG.meaning());
        }
    }

    @Test
    void connectionsToANodeWhoseCertificateIsRefusedAreEndedAtOnceAndOthersAreNot() throws Exception {
        try (LinkLoopback link = new LinkLoopback().connect(2)) {
            BigInteger serial = Objects.requireNonNull(LinkLoopback.Control.next(link.insideControl.peers)
                    .identity()
                    .serial());
            Set<Channel> before = Set.copyOf(link.accepted);
            link.dialer.endRefused(Set.of(serial.add(BigInteger.ONE)));
            link.awaitUp(2);
            assertThat(link.accepted).isEqualTo(before);

            link.dialer.endRefused(Set.of(serial));
            LinkLoopback.await(() -> link.accepted.stream().noneMatch(before::contains));
        }
    }

    @Test
    void controlStreamIsOpenedAgainOnAnotherConnectionWhenItsOwnIsLost() throws Exception {
        try (LinkLoopback link = new LinkLoopback().connect(3)) {
            ControlPeer first = LinkLoopback.Control.next(link.insideControl.peers);
            LinkLoopback.Control.next(link.edgeControl.peers);
            List<Channel> all = link.acceptedNow();
            assertThat(all).hasSize(3);

            for (Channel channel : all) {
                var _ = channel.pipeline().firstContext().close();
            }

            LinkLoopback.Control.next(link.insideControl.ends);
            LinkLoopback.Control.next(link.edgeControl.ends);
            ControlPeer second = LinkLoopback.Control.next(link.insideControl.peers);
            assertThat(second).isNotSameAs(first);
            link.awaitUp(3);
            assertThat(link.dialer.status().getFirst().lastFailure()).isPresent();
        }
    }

    @Test
    void controlMessagePastTheLimitEndsTheControlStreamAndNothingElse() throws Exception {
        LinkLimits strict = LinkLimits.DEFAULT.withControl(1000, 2000);
        try (LinkLoopback link = new LinkLoopback();
                LinkDialer dialer =
                        new LinkDialer(link.context, strict, LinkLoopback.TIMES, link.services, link.insideControl)) {
            dialer.setNode(link.node("edge1", link.listen("edge1")).withConnections(1));
            ControlPeer edge = LinkLoopback.Control.next(link.insideControl.peers);
            ControlPeer inside = LinkLoopback.Control.next(link.edgeControl.peers);
            assertThatThrownBy(() -> edge.send(new byte[1001])).isInstanceOf(IllegalArgumentException.class);

            inside.send(new byte[1000]);
            assertThat(LinkLoopback.Control.next(link.insideControl.messages)).hasSize(1000);
            inside.send(new byte[1001]);

            assertThat(LinkLoopback.Control.next(link.insideControl.ends))
                    .isEqualTo(LinkErrorCode.CONTROL_MESSAGE_TOO_LONG.meaning());
            LinkLoopback.Control.next(link.insideControl.peers);
            assertThat(link.accepted).as("connections").hasSize(1);
            assertThat(link.counters.value("link_connections_closed", "end", "edge", "reason", "link-peer-closed"))
                    .isZero();
        }
    }

    @Test
    void certificateThatChangesTouchesNoOpenConnectionAndIsShownByTheNext() throws Exception {
        try (LinkLoopback link = new LinkLoopback()) {
            LinkNode node = link.node("edge1", link.listen("edge1")).withConnections(2);
            link.dialer.setNode(node);
            link.awaitUp(2);

            node.tls()
                    .reload(link.authority.issue(
                            CertificateRequest.service("connector", "connector.acorn.example"), Instant.now()));
            assertThat(link.acceptor.states()).extracting(InsideState::inside).containsExactly("pool");
            var _ = link.acceptedNow().getFirst().pipeline().firstContext().close();

            LinkLoopback.await(() -> link.acceptor.states().stream()
                    .map(InsideState::inside)
                    .toList()
                    .equals(List.of("connector", "pool")));
        }
    }

    @Test
    void nodeThatIsRemovedIsCutOffAtOnce() throws Exception {
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    TestOrigin.readRequest(in);
                    in.read(); // never answers
                });
                LinkLoopback link = new LinkLoopback().connect(2)) {
            link.serve("slow", origin.origin());
            Exchange running = link.open(LinkRequest.get("slow", "/"), Exchange.reading());
            Exchange.await(running.stream);

            link.dialer.removeNode("edge1");

            assertThat(running.awaitFailure()).isEqualTo(LinkErrorCode.CONNECTION_FAILED);
            LinkLoopback.await(() -> link.acceptor.states().isEmpty());
            assertThat(link.dialer.status()).isEmpty();
            Exchange later = link.open(LinkRequest.get("slow", "/"), Exchange.reading());
            assertThat(later.awaitFailure()).isEqualTo(LinkErrorCode.NO_CONNECTION);
        }
    }

    @Test
    void whatRunsIsFinishedWhenTheInsideDrains() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    TestOrigin.readRequest(in);
                    out.write("HTTP/1.1 200 OK\r\n\r\nbefore".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    go.await();
                    out.write(" and after".getBytes(StandardCharsets.US_ASCII));
                });
                LinkLoopback link = new LinkLoopback().connect(2)) {
            link.serve("slow", origin.origin());
            Exchange running = link.open(LinkRequest.get("slow", "/"), Exchange.reading());
            running.awaitHead();

            link.dialer.drain();
            LinkLoopback.await(() -> link.acceptor.states().isEmpty()
                    || link.acceptor.states().getFirst().connections() == 0);
            Exchange later = link.open(LinkRequest.get("slow", "/"), Exchange.reading());
            assertThat(later.awaitFailure()).isEqualTo(LinkErrorCode.NO_CONNECTION);
            go.countDown();

            assertThat(running.awaitBody()).isEqualTo("before and after");
            LinkLoopback.await(() -> link.acceptor.states().isEmpty());
        }
    }

    @Test
    void certificateOfAnotherNodeIsRefusedByTheInside() throws Exception {
        try (LinkLoopback link = new LinkLoopback()) {
            Channel listener = link.listen("edge2");
            LinkNode pretended = new LinkNode(
                    "edge1",
                    List.of(LinkLoopback.addressOf(listener)),
                    "edge2.perimeter.acorn.example",
                    link.serviceTls("pool"),
                    1);

            link.dialer.setNode(pretended);

            LinkLoopback.await(() -> !link.dialer.status().isEmpty()
                    && link.dialer.status().getFirst().lastFailure().isPresent());
            assertThat(link.dialer
                            .status()
                            .getFirst()
                            .lastFailure()
                            .orElseThrow()
                            .code())
                    .isEqualTo(LinkErrorCode.PEER_REFUSED);
            assertThat(link.acceptor.states()).isEmpty();
        }
    }

    @Test
    void nodeThatDoesNotSpeakTheLinkIsRefused() throws Exception {
        try (LinkLoopback link = new LinkLoopback()) {
            link.dialer.setNode(link.node("edge1", link.listen("edge1", "sip/2")));

            LinkLoopback.await(() -> !link.dialer.status().isEmpty()
                    && link.dialer.status().getFirst().lastFailure().isPresent());
            assertThat(link.dialer
                            .status()
                            .getFirst()
                            .lastFailure()
                            .orElseThrow()
                            .code())
                    .isEqualTo(LinkErrorCode.PROTOCOL_REFUSED);
        }
    }

    @Test
    void anotherEdgeNodeCannotPlayTheInside() throws Exception {
        try (LinkLoopback link = new LinkLoopback()) {
            Channel listener = link.listen("edge1");
            link.dialer.setNode(new LinkNode(
                    "edge1",
                    List.of(LinkLoopback.addressOf(listener)),
                    "edge1.perimeter.acorn.example",
                    new TlsContexts(link.provider)
                            .mutualClient(
                                    link.authority.issue(
                                            CertificateRequest.node("edge2", "edge2.example"), Instant.now()),
                                    link.authority.certificate()),
                    1));

            LinkLoopback.await(() ->
                    link.counters.value("link_connections_closed", "end", "edge", "reason", "link-peer-refused") > 0);
            assertThat(link.acceptor.states()).isEmpty();
        }
    }

    @Test
    void bulkAndInteractiveStreamsRunOnDifferentConnections() throws Exception {
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    TestOrigin.readRequest(in);
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    in.read();
                });
                LinkLoopback link = new LinkLoopback().connect(4)) {
            link.serve("files", origin.origin());
            for (int i = 0; i < 6; i++) {
                link.open(LinkRequest.get("files", "/"), TrafficClass.INTERACTIVE, Exchange.reading())
                        .awaitHead();
                link.open(LinkRequest.get("files", "/"), TrafficClass.BULK, Exchange.reading())
                        .awaitHead();
            }

            List<Integer> loads = link.dialer.status().getFirst().open().stream()
                    .map(NodeStatus.Connection::streams)
                    .sorted()
                    .toList();
            // six bulk streams on one, the interactive ones over the other three
            assertThat(loads).isEqualTo(List.of(2, 2, 2, 6));
            assertThat(link.acceptor.states().getFirst().bulk()).isEqualTo(6);
            assertThat(link.acceptor.states().getFirst().interactive()).isEqualTo(6);
        }
    }
}
