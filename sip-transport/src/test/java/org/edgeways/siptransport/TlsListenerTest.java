package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsProvider;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.Loopback.Happening;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIP over TLS on loopback, with an honest client, a rude one, a slow one and a dead one. */
@ExtendWith(LeakCheck.class)
final class TlsListenerTest {

    private static final SipConnectionSettings SETTINGS = SipConnectionSettings.DEFAULT;

    private static String options(String branch) {
        return "OPTIONS sip:acorn.example SIP/2.0\r\nVia: SIP/2.0/TLS 10.9.8.7:5061;branch=" + branch
                + ";rport\r\nFrom: <sip:alice@acorn.example>;tag=1\r\nTo: <sip:acorn.example>\r\nCall-ID: " + branch
                + "\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void requestIsReceivedAndAnsweredOnItsConnection(TlsProvider provider) throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback(provider);
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            SipMessage answer = alice.request(alice.newRequest("OPTIONS", "sip:acorn.example"));

            assertThat(answer.status()).isEqualTo(200);
            SipMessage received = events.await(Happening.Received.class).message();
            assertThat(received.topVia().parameters().get("rport"))
                    .isEqualTo(
                            Integer.toString(alice.connection().localAddress().getPort()));
            assertThat(loopback.counters.value("sip_messages_received", "endpoint", "outside-tls"))
                    .isEqualTo(1);
            assertThat(loopback.context.connections().size()).isEqualTo(2);
        }
        assertThat(events.await(Happening.Closed.class).reason()).isNotNull();
    }

    @Test
    void manyMessagesKeepTheirOrder() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            List<SipExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                exchanges.add(alice.start(alice.newRequest("OPTIONS", "sip:" + i + "@acorn.example")));
            }
            for (SipExchange exchange : exchanges) {
                assertThat(exchange.awaitFinal().status()).isEqualTo(200);
            }
            for (int i = 0; i < 500; i++) {
                assertThat(events.await(Happening.Received.class).message().requestUriText())
                        .isEqualTo("sip:" + i + "@acorn.example");
            }
        }
    }

    @Test
    void listensOnIpv6() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = SipListener.open(
                        loopback.context,
                        SipListenerSettings.tls(
                                "outside-tls",
                                new InetSocketAddress(java.net.InetAddress.ofLiteral("::1"), 0),
                                loopback.serverTls(),
                                loopback.admission()),
                        events);
                SipUserAgent alice = SipUserAgent.connect(
                        loopback.context,
                        SipUserAgentSettings.tls(
                                "::1",
                                listener.localAddress().getPort(),
                                loopback.clientTls(),
                                "sip:alice@acorn.example",
                                "alice",
                                null))) {
            assertThat(alice.message("sip:bob@acorn.example", "hello").status()).isEqualTo(200);
            assertThat(events.await(Happening.Received.class).message().topVia().host())
                    .isEqualTo("[0:0:0:0:0:0:0:1]");
        }
    }

    @Test
    void clientRefusesAServerWithAnotherName() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events)) {
            assertThatThrownBy(() -> SipUserAgent.connect(
                            loopback.context, loopback.alice(listener).verifying("other.acorn.example")))
                    .isInstanceOf(IOException.class);
            assertThat(events.await(Happening.HandshakeFailed.class).remote().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void keepAliveIsAnswered() throws Exception {
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, new Loopback.Recorder(true));
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream().write(Loopback.ascii("\r\n\r\n"));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n")).isEqualTo("\r\n");
            raw.getOutputStream().write(Loopback.ascii(options("z9hG4bKa")));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n")).startsWith("SIP/2.0 200 OK\r\n");
        }
    }

    @Test
    void garbageIsCountedAndClosedAndNobodyElseNotices() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener));
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream().write(Loopback.ascii("GET / HTTP/1.1\nHost: x\n\n"));
            Loopback.readToEnd(raw.getInputStream());

            assertThat(events.await(Happening.Refused.class).code().code()).startsWith("sip-");
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.FRAMING_LOST);
            assertThat(alice.message("sip:bob@acorn.example", "still here").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void brokenRequestIsAnswered400WithTheHeadersNameAndTheConnectionGoesOn() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream()
                    .write(Loopback.ascii(options("z9hG4bKa").replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS")));
            String answer = Loopback.readUntil(raw.getInputStream(), "\r\n\r\n");
            assertThat(answer).startsWith("SIP/2.0 400 ").contains("CSeq").contains("received=127.0.0.1");
            raw.getOutputStream().write(Loopback.ascii(options("z9hG4bKb")));
            assertThat(Loopback.readUntil(raw.getInputStream(), "\r\n\r\n")).startsWith("SIP/2.0 200 OK\r\n");
            assertThat(loopback.counters.values().keySet())
                    .anyMatch(key -> key.startsWith("sip_messages_refused{endpoint=outside-tls"));
        }
    }

    @Test
    void lostFramingIsAnsweredWhenItCanBeAndClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream()
                    .write(Loopback.ascii(
                            options("z9hG4bKa").replace("Content-Length: 0", "Content-Length: 99999999")));
            assertThat(Loopback.readToEnd(raw.getInputStream())).startsWith("SIP/2.0 413 ");
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.FRAMING_LOST);
        }
    }

    @Test
    void slowSenderIsClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener =
                        loopback.listenTls(SETTINGS.withIncompleteMessage(Duration.ofMillis(200)), events);
                SSLSocket raw = loopback.rawTls(listener)) {
            raw.getOutputStream().write(Loopback.ascii(options("z9hG4bKa") + "OPTIONS sip:acorn"));
            Loopback.readToEnd(raw.getInputStream());
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.SLOW_SENDER);
        }
    }

    @Test
    void idleConnectionIsClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS.withIdle(Duration.ofMillis(200)), events);
                SSLSocket raw = loopback.rawTls(listener)) {
            Loopback.readToEnd(raw.getInputStream());
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.IDLE);
        }
    }

    /** Else requests would go on being sent over a link that its other end has long given up. */
    @Test
    void aLinkOnWhichPingsCameAndThenNothingIsClosed() throws Exception {
        assertThat(closedWhenSilent(StreamHandler.PING)).isEqualTo(TransportErrorCode.LINK_SILENT);
    }

    /** A server that keeps its connections without pings may be silent for long. */
    @Test
    void aLinkOnWhichNoPingEverCameMayBeSilent() throws Exception {
        assertThat(closedWhenSilent(Loopback.ascii("\r\n"))).isEqualTo(TransportErrorCode.IDLE);
    }

    /** A link that is cut before the first interval of its dialer is over must not stay either. */
    @Test
    void aDialledLinkIsPingedAtOnce() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.insideLeg(SETTINGS.withLinkSilence(Duration.ofMillis(200)), events);
                SipDialer dialer = SipDialer.start(
                        loopback.context,
                        loopback.links(listener.localAddress().getPort())
                                .withConnections(1)
                                .withKeepAlive(Duration.ofHours(1), Duration.ofSeconds(10)),
                        new Loopback.Recorder(true),
                        LinkListener.NONE)) {
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.LINK_SILENT);
            assertThat(dialer.open()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void whyALinkCannotBeDialledIsTold() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        LinkListener listener = new LinkListener() {
            @Override
            public void failed(Throwable cause, Duration pause) {
                failure.complete(cause);
            }
        };
        try (Loopback loopback = new Loopback();
                SipDialer dialer = SipDialer.start(
                        loopback.context, loopback.links(nobody), new Loopback.Recorder(true), listener)) {
            assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("refused");
            assertThat(dialer.open()).isZero();
        }
    }

    /** Why the listener closed a link on which that was sent and then nothing. */
    private static TransportErrorCode closedWhenSilent(byte[] sent) throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        SipConnectionSettings settings =
                SETTINGS.withLinkSilence(Duration.ofMillis(200)).withIdle(Duration.ofSeconds(1));
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.insideLeg(settings, events);
                SipUserAgent pool = SipUserAgent.connect(
                        loopback.context,
                        SipUserAgentSettings.tls(
                                        "127.0.0.1",
                                        listener.localAddress().getPort(),
                                        loopback.serviceTls("pool"),
                                        "sip:pool@acorn.example",
                                        "pool",
                                        null)
                                .verifying("edge1.perimeter.acorn.example"))) {
            pool.send(sent);
            return events.await(Happening.Closed.class).reason();
        }
    }

    @Test
    void slowReceiverFillsItsQueueAndIsClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(false);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(
                        SETTINGS.withQueueBytes(100_000).withStalled(Duration.ofMillis(500)), events);
                SSLSocket raw = loopback.rawTls(listener)) {
            SipConnection connection = events.await(Happening.Opened.class).connection();
            byte[] message = new byte[50_000];
            // the kernel's buffers take much before the queue stays full
            Loopback.awaitTrue(() -> connection.send(message) == SendOutcome.CLOSED);
            assertThat(loopback.counters.value("sip_messages_queue_full", "endpoint", "outside-tls"))
                    .isPositive();
            assertThat(events.await(Happening.Closed.class).reason()).isEqualTo(TransportErrorCode.SLOW_RECEIVER);
            assertThat(raw.isConnected()).isTrue();
        }
    }

    @Test
    void congestionEndsWhenTheReceiverReads() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(false);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS.withQueueBytes(100_000), events);
                SSLSocket raw = loopback.rawTls(listener)) {
            SipConnection connection = events.await(Happening.Opened.class).connection();
            long sent = 0;
            while (connection.send(new byte[50_000]) == SendOutcome.SENT) {
                sent += 50_000;
            }
            assertThat(connection.isCongested()).isTrue();
            assertThat(raw.getInputStream().readNBytes((int) sent)).hasSize((int) sent);
            Loopback.awaitTrue(() -> !connection.isCongested());
            assertThat(connection.send(Loopback.ascii("\r\n"))).isEqualTo(SendOutcome.SENT);
        }
    }

    @Test
    void handshakeThatDoesNotComeIsClosed() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(false);
        AdmissionLimits limits = new AdmissionLimits(10, 10, 10, Duration.ofMillis(200));
        try (Loopback loopback = new Loopback();
                SipListener listener = SipListener.open(
                        loopback.context,
                        SipListenerSettings.tls(
                                "outside-tls", Loopback.anyPort(), loopback.serverTls(), loopback.admission(limits)),
                        events);
                Socket silent = new Socket(
                        listener.localAddress().getAddress(),
                        listener.localAddress().getPort())) {
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(events.await(Happening.HandshakeFailed.class).code()).isEqualTo(NetErrorCode.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void oneConnectionMoreThanTheLimitIsNotTaken() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        AdmissionLimits limits = new AdmissionLimits(10, 1, 10, Duration.ofSeconds(10));
        try (Loopback loopback = new Loopback();
                SipListener listener = SipListener.open(
                        loopback.context,
                        SipListenerSettings.tls(
                                "outside-tls", Loopback.anyPort(), loopback.serverTls(), loopback.admission(limits)),
                        events)) {
            SipUserAgent first = SipUserAgent.connect(loopback.context, loopback.alice(listener));
            assertThatThrownBy(() -> SipUserAgent.connect(loopback.context, loopback.alice(listener)))
                    .isInstanceOf(IOException.class);
            first.close();
            events.await(Happening.Closed.class);
            try (SipUserAgent second = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
                assertThat(second.message("sip:bob@acorn.example", "in").status())
                        .isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @Tag("long")
    @EnumSource(TlsProvider.class)
    void certificateIsReloadedHundredTimesUnderLoadAndNothingIsDropped(TlsProvider provider) throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback(provider)) {
            ServerTls tls = loopback.serverTls();
            try (SipListener listener = SipListener.open(
                            loopback.context,
                            SipListenerSettings.tls("outside-tls", Loopback.anyPort(), tls, loopback.admission()),
                            events);
                    SipUserAgent lasting = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
                for (int i = 0; i < 100; i++) {
                    SipExchange running = lasting.start(lasting.newRequest("OPTIONS", "sip:acorn.example"));
                    tls.reload(loopback.authority.issue(
                            CertificateRequest.of("localhost").withAddresses("127.0.0.1"), Instant.now()));
                    if (i % 5 == 0) {
                        try (SipUserAgent passing = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
                            assertThat(passing.message("sip:bob@acorn.example", "hello")
                                            .status())
                                    .isEqualTo(200);
                        }
                    }
                    assertThat(running.awaitFinal().status()).isEqualTo(200);
                }
                assertThat(lasting.connection().isOpen()).isTrue();
            }
        }
    }

    @Test
    void closingTheListenerClosesItsConnections() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback()) {
            SipListener listener = loopback.listenTls(SETTINGS, events);
            try (SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
                listener.close();
                assertThat(alice.awaitClosed(Loopback.PATIENCE)).isEqualTo(TransportErrorCode.PEER_CLOSED);
                assertThatThrownBy(() -> alice.send(alice.newRequest("OPTIONS", "sip:acorn.example")))
                        .isInstanceOf(IOException.class);
            }
            Loopback.awaitTrue(() -> loopback.context.connections().size() == 0);
            assertThat(loopback.counters.value("net_connections", "listener", "outside"))
                    .isZero();
        }
    }

    @Test
    void failureInTheRoleIsCountedAndTheConnectionGoesOn() throws Exception {
        Loopback.Recorder answering = new Loopback.Recorder(true);
        SipConnectionEvents events = new SipConnectionEvents() {
            @Override
            public void opened(SipConnection connection, long now) {}

            @Override
            public void received(SipConnection connection, SipMessage message, long now) {
                if (message.has(HeaderName.SUBJECT)) {
                    throw new IllegalStateException("a bug of ours");
                }
                answering.received(connection, message, now);
            }

            @Override
            public void refused(SipConnection connection, org.edgeways.base.ErrorCode code, long now) {}

            @Override
            public void closed(SipConnection connection, TransportErrorCode reason, long now) {}
        };
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SETTINGS, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            SipMessage poison = alice.newRequest("OPTIONS", "sip:acorn.example");
            poison.set(HeaderName.SUBJECT, "poison");
            alice.send(poison);
            assertThat(alice.message("sip:bob@acorn.example", "hello").status()).isEqualTo(200);
            assertThat(loopback.counters.value("sip_role_failures", "endpoint", "outside-tls"))
                    .isEqualTo(1);
        }
    }
}
