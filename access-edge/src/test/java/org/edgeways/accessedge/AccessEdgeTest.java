package org.edgeways.accessedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipConnection;
import org.edgeways.siptransport.SipConnectionSettings;
import org.edgeways.siptransport.SipExchange;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.TransportErrorCode;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole edge over real TLS and WebSockets on loopback. */
@ExtendWith(LeakCheck.class)
final class AccessEdgeTest {

    private static final String OPTIONS = "OPTIONS sip:acorn.example SIP/2.0\r\n"
            + "Via: SIP/2.0/TLS 192.168.77.10;branch=z9hG4bKraw;rport\r\nFrom: <sip:alice@acorn.example>;tag=1\r\n"
            + "To: <sip:acorn.example>\r\nCall-ID: raw\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
            + "Content-Length: 0\r\n\r\n";

    private static AccessEdgeSettings with(AccessEdgeSettings settings, AdmissionLimits admission) {
        return settings.withConnections(admission, SipConnectionSettings.DEFAULT);
    }

    private static AccessEdgeSettings with(AccessEdgeSettings settings, SipConnectionSettings each) {
        return settings.withConnections(AdmissionLimits.defaults(), each);
    }

    // ---- listeners

    @ParameterizedTest
    @CsvSource({"tls,127.0.0.1", "tls,::1", "tls,localhost", "wss,127.0.0.1", "wss,::1", "wss,localhost"})
    void aClientSignsInAndHasMessagesBothWays(String wire, String host) throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SipUserAgent alice =
                        wire.equals("tls") ? rig.client("alice", host) : rig.webSocketClient("alice", host)) {
            rig.signIn(alice);
            SipExchange out = alice.start(alice.newRequest("MESSAGE", "sip:bob@acorn.example"));
            SipMessage atInside = rig.inside().await("MESSAGE");
            assertThat(atInside.first(HeaderName.of("P-Edgeways-Flow"))).startsWith("edge1;boot=");
            rig.inside().respond(atInside, 202, "Accepted");
            assertThat(out.awaitFinal().status()).isEqualTo(202);

            SipExchange in = rig.inside().start(rig.fromInside("MESSAGE", "alice"));
            SipMessage atAlice = alice.await("MESSAGE");
            assertThat(new String(atAlice.encode(), java.nio.charset.StandardCharsets.UTF_8))
                    .doesNotContain("perimeter", "pool.acorn.example");
            alice.respond(atAlice, 200, "OK");
            assertThat(in.awaitFinal().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls12And13AreServed(String version) throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SSLSocket raw = rig.raw()) {
            raw.setEnabledProtocols(new String[] {version});
            raw.getOutputStream().write(EdgeRig.ascii(OPTIONS));
            assertThat(EdgeRig.readUntil(raw.getInputStream(), "\r\n\r\n")).startsWith("SIP/2.0 403 Sign in first\r\n");
            assertThat(raw.getSession().getProtocol()).isEqualTo(version);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0300, 0x0301, 0x0302})
    void anOlderVersionIsRefusedWithAnAlertAndIsNoScanning(int version) throws Exception {
        try (EdgeRig rig = new EdgeRig();
                Socket raw = new Socket(EdgeRig.V4, rig.edge.tlsAddress().getPort())) {
            raw.setSoTimeout((int) EdgeRig.PATIENCE.toMillis());
            raw.getOutputStream().write(clientHello(version));
            byte[] alert = raw.getInputStream().readNBytes(7);
            // record type alert, level fatal, description protocol_version (RFC 5246 section 7.2)
            assertThat(alert[0]).isEqualTo((byte) 21);
            assertThat(alert[5]).isEqualTo((byte) 2);
            assertThat(alert[6]).isEqualTo((byte) 70);
            EdgeRig.readToEnd(raw.getInputStream());
            assertThat(rig.counters.value("access_edge_scan_requests")).isZero();
        }
    }

    /** A ClientHello without extensions that knows nothing newer than {@code version}. */
    private static byte[] clientHello(int version) {
        ByteBuffer body = ByteBuffer.allocate(100);
        body.putShort((short) version).put(new byte[32]).put((byte) 0);
        body.putShort((short) 4).putShort((short) 0xc013).putShort((short) 0x002f);
        body.put((byte) 1).put((byte) 0);
        int length = body.position();
        ByteBuffer record = ByteBuffer.allocate(9 + length);
        record.put((byte) 22).putShort((short) 0x0301).putShort((short) (4 + length));
        record.put((byte) 1).put((byte) 0).putShort((short) length).put(body.array(), 0, length);
        return record.array();
    }

    @Test
    void clearTextIsClosedUnansweredAndCountsAsScanning() throws Exception {
        try (EdgeRig rig = new EdgeRig()) {
            for (InetSocketAddress address : List.of(rig.edge.tlsAddress(), rig.edge.webSocketAddress())) {
                try (Socket raw = new Socket(address.getAddress(), address.getPort())) {
                    raw.setSoTimeout((int) EdgeRig.PATIENCE.toMillis());
                    raw.getOutputStream().write(EdgeRig.ascii(OPTIONS));
                    assertThat(EdgeRig.readToEnd(raw.getInputStream())).doesNotContain("SIP/2.0");
                }
            }
            EdgeRig.awaitTrue(() -> rig.counters.value("access_edge_scan_requests") == 2);
        }
    }

    /** It would get the network banned in which somebody types http instead of https a few times. */
    @Test
    void aBrowserThatAsksForAPageInTheClearIsClosedUnansweredAndIsNoScanning() throws Exception {
        try (EdgeRig rig = new EdgeRig()) {
            for (InetSocketAddress address : List.of(rig.edge.tlsAddress(), rig.edge.webSocketAddress())) {
                try (Socket raw = new Socket(address.getAddress(), address.getPort())) {
                    raw.setSoTimeout((int) EdgeRig.PATIENCE.toMillis());
                    raw.getOutputStream().write(EdgeRig.ascii("GET / HTTP/1.1\r\nHost: edge.acorn.example\r\n\r\n"));
                    assertThat(EdgeRig.readToEnd(raw.getInputStream())).isEmpty();
                }
            }
            EdgeRig.awaitTrue(() -> refusedAs(rig, "net-clear-page") == 2);
            assertThat(rig.counters.value("access_edge_scan_requests")).isZero();
        }
    }

    private static long refusedAs(EdgeRig rig, String reason) {
        return rig.counters.values().entrySet().stream()
                .filter(each -> each.getKey().startsWith("net_handshakes_failed")
                        && each.getKey().endsWith("reason=" + reason + "}"))
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
    }

    /** A taken-over node has a certificate of the same authority; on the inside leg of another node it is nobody. */
    @Test
    void anotherEdgeNodeIsNotTakenForTheInside() throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SipUserAgent node = rig.onInsideLeg(rig.nodeTls("edge2"))) {
            EdgeRig.awaitTrue(
                    () -> rig.counters.value("access_edge_refusals", "code", "access-edge-node-as-inside") == 1);
            assertThat(node.awaitClosed(Duration.ofSeconds(10))).isNotNull();
            EdgeRig.awaitTrue(() -> rig.context.links().connections("edge2").isEmpty());
        }
    }

    @Test
    void whoOnlyConnectsAndGoesOrRefusesOurCertificateIsNoScanner() throws Exception {
        try (EdgeRig rig = new EdgeRig()) {
            new Socket(EdgeRig.V4, rig.edge.tlsAddress().getPort()).close();
            SSLSocket distrustful = (SSLSocket) javax.net.ssl.SSLContext.getDefault()
                    .getSocketFactory()
                    .createSocket(EdgeRig.V4, rig.edge.tlsAddress().getPort());
            assertThatThrownBy(distrustful::startHandshake).isInstanceOf(IOException.class);
            distrustful.close();
            EdgeRig.awaitTrue(() -> rig.counters.values().entrySet().stream()
                            .filter(entry -> entry.getKey().startsWith("net_handshakes_failed"))
                            .mapToLong(java.util.Map.Entry::getValue)
                            .sum()
                    >= 1);
            assertThat(rig.counters.value("access_edge_scan_requests")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "LocalHost", "edge.acorn.example", "elsewhere.example", "pool.acorn.example"})
    void whateverNameAClientAsksForItIsShownTheOneCertificateAndNothingElse(String name) throws Exception {
        try (EdgeRig rig = new EdgeRig();
                SSLSocket raw = rig.raw()) {
            SSLParameters parameters = raw.getSSLParameters();
            parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
            raw.setSSLParameters(parameters);
            raw.getOutputStream().write(EdgeRig.ascii(OPTIONS));
            assertThat(EdgeRig.readUntil(raw.getInputStream(), "\r\n\r\n")).startsWith("SIP/2.0 403 ");
            assertThat(raw.getSession().getPeerCertificates()[0])
                    .isEqualTo(rig.outside.identity().leaf());
        }
    }

    /** The last: how often it is counted as looking for something, which a page must not have its reader's network banned for. */
    @ParameterizedTest
    @CsvSource({
        "/sip,sip,https://meet.acorn.example,101,0",
        "/sip?x=1,'chat, sip',HTTPS://Meet.Acorn.example,101,0",
        "/sip,sip,https://elsewhere.example,403,0",
        "/sip,chat,https://elsewhere.example,403,0",
        "/sip,sip,,403,0",
        "/,sip,https://meet.acorn.example,404,0",
        "/,sip,,404,1",
        "/sip/../sip,sip,https://meet.acorn.example,404,0",
        "/sip,chat,https://meet.acorn.example,400,0",
        "/sip,chat,,400,1",
        "/sip,,https://meet.acorn.example,400,0"
    })
    void aWebSocketIsForTheRightPathSubprotocolAndOriginOnly(
            String path, String protocol, String origin, int status, int scans) throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withWebSocketOrigins(Set.of("https://meet.acorn.example")))) {
            asks(rig, path, protocol, origin, status, scans);
        }
    }

    /** The node's names are localhost and edge.acorn.example. */
    @ParameterizedTest
    @CsvSource({
        "/sip,sip,,101,0",
        "/sip,sip,https://Edge.Acorn.example,101,0",
        "/sip,sip,https://localhost:8443,101,0",
        "/sip,sip,http://localhost:8080,101,0",
        "/sip,sip,http://edge.acorn.example,403,0",
        "/sip,sip,https://elsewhere.example,403,0",
        "/sip,sip,https://edge.acorn.example.elsewhere.example,403,0",
        "/sip,sip,null,403,0",
        "/sip,chat,https://elsewhere.example,403,0"
    })
    void withoutOriginsInTheSettingsPagesOfItsOwnNamesMayConnectAndClientsThatAreNoBrowser(
            String path, String protocol, String origin, int status, int scans) throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withNames(Set.of("edge.acorn.example"), List.of()))) {
            asks(rig, path, protocol, origin, status, scans);
            assertThat(rig.counters.value(
                            "net_handshakes_failed",
                            "endpoint",
                            "outside",
                            "reason",
                            TransportErrorCode.ORIGIN_REFUSED.code()))
                    .isEqualTo(status == 403 ? 1 : 0);
        }
    }

    private static void asks(EdgeRig rig, String path, String protocol, String origin, int status, int scans)
            throws Exception {
        try (SSLSocket raw = rig.raw(rig.edge.webSocketAddress())) {
            raw.getOutputStream()
                    .write(EdgeRig.ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                            + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + (protocol == null ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n")
                            + (origin == null ? "" : "Origin: " + origin + "\r\n") + "\r\n"));
            String answer = EdgeRig.readUntil(raw.getInputStream(), "\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            if (status == 101) {
                assertThat(answer).containsIgnoringCase("sec-websocket-protocol: sip\r\n");
            } else {
                EdgeRig.readToEnd(raw.getInputStream());
                EdgeRig.awaitTrue(() -> rig.counters.value("access_edge_scan_requests") == scans);
            }
        }
    }

    @Test
    void aWebSocketIsPingedAndClosedWhenThePongIsMissing() throws Exception {
        Duration interval = Duration.ofMillis(200);
        try (EdgeRig rig = new EdgeRig(s -> with(s, SipConnectionSettings.DEFAULT.withWebSocketPing(interval)));
                SSLSocket raw = rig.raw(rig.edge.webSocketAddress());
                SipUserAgent answering = rig.webSocketClient("bob", "localhost")) {
            raw.getOutputStream()
                    .write(EdgeRig.ascii("GET /sip HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            EdgeRig.readUntil(raw.getInputStream(), "\r\n\r\n");
            assertThat(raw.getInputStream().readNBytes(2)).containsExactly(0x89, 0);
            EdgeRig.readToEnd(raw.getInputStream());
            EdgeRig.awaitTrue(() -> rig.counters.value(
                            "sip_connections_closed",
                            "endpoint",
                            EdgeConnections.OUTSIDE_WSS,
                            "reason",
                            TransportErrorCode.PONG_MISSING.code())
                    == 1);
            assertThat(answering.connection().isOpen()).isTrue();
        }
    }

    // ---- admission

    @Test
    void oneConnectionMoreThanTheSourcesLimitIsNotTaken() throws Exception {
        AdmissionLimits limits = new AdmissionLimits(100, 2, 100, Duration.ofSeconds(10));
        try (EdgeRig rig = new EdgeRig(s -> with(s, limits));
                SipUserAgent first = rig.client("alice");
                SipUserAgent second = rig.webSocketClient("bob", "localhost")) {
            assertThatThrownBy(() -> rig.client("carol")).isInstanceOf(IOException.class);
            assertThat(first.connection().isOpen() && second.connection().isOpen())
                    .isTrue();
            // another network is not concerned
            rig.client("carol", "::1").close();
        }
    }

    @Test
    void aHandshakeThatDoesNotEndInTimeIsClosed() throws Exception {
        AdmissionLimits limits = new AdmissionLimits(100, 100, 100, Duration.ofMillis(200));
        try (EdgeRig rig = new EdgeRig(s -> with(s, limits));
                Socket silent = new Socket(EdgeRig.V4, rig.edge.tlsAddress().getPort());
                Socket begun = new Socket(EdgeRig.V4, rig.edge.tlsAddress().getPort())) {
            begun.getOutputStream().write(new byte[] {22, 3, 1});
            assertThat(EdgeRig.readToEnd(silent.getInputStream())).isEmpty();
            EdgeRig.readToEnd(begun.getInputStream());
            EdgeRig.awaitTrue(() -> rig.counters.value("access_edge_scan_requests") == 2);
        }
    }

    @Test
    void requestsPastTheRateAreAnswered503WithRetryAfter() throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withLimits(EdgeLimits.DEFAULT.withRequests(1, 5)));
                SipUserAgent alice = rig.client("alice")) {
            SipMessage last = null;
            for (int i = 0; i < 8; i++) {
                last = alice.request(alice.newRequest("OPTIONS", "sip:acorn.example"));
            }
            assertThat(last).isNotNull();
            assertThat(last.status()).isEqualTo(503);
            assertThat(last.first(HeaderName.RETRY_AFTER)).isNotNull();
            assertThat(rig.counters.value("access_edge_refusals", "code", "access-edge-rate-exceeded"))
                    .isPositive();
        }
    }

    /** They end what was begun, and who is not signed in has begun nothing. */
    @Test
    void cancelsBeforeSignInAreHeldToTheRateToo() throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withLimits(EdgeLimits.DEFAULT.withRequests(1, 5)));
                SSLSocket raw = rig.raw()) {
            raw.getOutputStream()
                    .write(EdgeRig.ascii(OPTIONS.replace("OPTIONS", "CANCEL").repeat(20)));
            EdgeRig.awaitTrue(
                    () -> rig.counters.value("access_edge_refusals", "code", "access-edge-rate-exceeded") >= 10);
        }
    }

    @Test
    void aBanClosesScannersRefusesNewcomersAndSparesWhoIsSignedIn() throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withLimits(EdgeLimits.DEFAULT.withBudgets(3, 3)));
                SipUserAgent alice = rig.client("alice")) {
            rig.signIn(alice);
            SipUserAgent scanner = rig.client("mallory");
            for (int i = 0; i < 4; i++) {
                scanner.send(scanner.newRequest("OPTIONS", "sip:" + i + "@acorn.example"));
            }
            assertThat(scanner.awaitClosed(EdgeRig.PATIENCE)).isNotNull();
            assertThatThrownBy(() -> rig.client("bob")).isInstanceOf(IOException.class);
            assertThat(rig.counters.value("access_edge_bans", "cause", "scan")).isEqualTo(1);

            SipExchange message = alice.start(alice.newRequest("MESSAGE", "sip:bob@acorn.example"));
            rig.inside().respond(rig.inside().await("MESSAGE"), 200, "OK");
            assertThat(message.awaitFinal().status()).isEqualTo(200);
            // the other address of this host is another network
            rig.client("bob", "::1").close();
        }
    }

    @Test
    void whoIsSignedInAndGuessesPasswordsIsClosedToo() throws Exception {
        try (EdgeRig rig = new EdgeRig(s -> s.withLimits(EdgeLimits.DEFAULT.withBudgets(3, 50)));
                SipUserAgent mallory = rig.client("mallory")) {
            rig.signIn(mallory);
            for (int i = 0; i < 4; i++) {
                SipMessage guess = mallory.newRequest("REGISTER", "sip:alice@acorn.example");
                guess.setRequestUri("sip:acorn.example");
                guess.add(HeaderName.AUTHORIZATION, "Digest username=\"alice\", response=\"" + i + "\"");
                SipExchange attempt = mallory.start(guess);
                SipMessage inside = rig.inside().await("REGISTER");
                SipMessage challenge = SipMessage.responseTo(inside, 401, "Unauthorized", "r");
                challenge.add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"acorn.example\", nonce=\"n\"");
                rig.inside().send(challenge);
                assertThat(attempt.awaitFinal().status()).isEqualTo(401);
            }
            mallory.send(mallory.newRequest("MESSAGE", "sip:bob@acorn.example"));
            assertThat(mallory.awaitClosed(EdgeRig.PATIENCE)).isNotNull();
        }
    }

    @Test
    void aSlowSenderIsClosedAndNobodyElseNotices() throws Exception {
        SipConnectionSettings quick = SipConnectionSettings.DEFAULT.withIncompleteMessage(Duration.ofMillis(300));
        try (EdgeRig rig = new EdgeRig(s -> with(s, quick));
                SipUserAgent alice = rig.client("alice");
                SSLSocket raw = rig.raw()) {
            rig.signIn(alice);
            raw.getOutputStream().write(EdgeRig.ascii(OPTIONS.substring(0, 60)));
            EdgeRig.readToEnd(raw.getInputStream());
            EdgeRig.awaitTrue(() -> rig.counters.value(
                            "sip_connections_closed",
                            "endpoint",
                            EdgeConnections.OUTSIDE_TLS,
                            "reason",
                            TransportErrorCode.SLOW_SENDER.code())
                    == 1);
            assertThat(alice.connection().isOpen()).isTrue();
        }
    }

    @Test
    void aClientThatReadsNothingHasABoundedQueueAndThen480() throws Exception {
        SipConnectionSettings small =
                SipConnectionSettings.DEFAULT.withQueueBytes(200_000).withStalled(Duration.ofMinutes(5));
        try (EdgeRig rig = new EdgeRig(s -> with(s, small));
                SSLSocket lazy = rig.raw()) {
            rig.inside();
            lazy.getOutputStream()
                    .write(EdgeRig.ascii(OPTIONS.replace("OPTIONS", "REGISTER")
                            .replace("To: <sip:acorn", "To: <sip:alice@acorn")
                            .replace("Max-F", "Contact: <sip:alice@192.168.77.10>;expires=3600\r\nMax-F")));
            rig.acceptSignIn("alice");
            EdgeRig.readUntil(lazy.getInputStream(), "\r\n\r\n");

            // nobody answers what is queued; the kernel's buffers take some time to fill
            List<SipExchange> exchanges = new ArrayList<>();
            EdgeRig.awaitTrue(() -> {
                SipMessage message = rig.message("alice", 50_000);
                SipExchange exchange = rig.offer(message);
                if (exchange != null) {
                    exchanges.add(exchange);
                }
                return exchanges.stream().anyMatch(AccessEdgeTest::isRefusedForNow);
            });
            // neither the client nor the inside was closed for it
            assertThat(rig.context.connections().all()).hasSize(2).allMatch(SipConnection::isOpen);
            assertThat(rig.counters.value("access_edge_refusals", "code", "access-edge-client-congested"))
                    .isPositive();
        }
    }

    private static boolean isRefusedForNow(SipExchange exchange) {
        return exchange.responses().stream()
                .anyMatch(response -> response.status() == 480 && response.has(HeaderName.RETRY_AFTER));
    }

    // ---- a next hop that we dial
}
