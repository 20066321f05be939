package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that are not what they should be, while people who are signed in exchange messages and notice nothing. */
@Tag("interop")
class HostileConnectionsTest {
    private static final String DOMAIN = "acorn.example";

    /** Past the limit of handshakes at once, which is 500. */
    private static final int SILENT = 700;

    private final CertificateAuthority authority = EdgeServer.newAuthority();
    private final WorkDirectory directory = WorkDirectory.create();
    private final Agents agents = new Agents(authority);
    private Kamailio kamailio;
    private EdgeServer edge;

    @BeforeEach
    void start() throws IOException {
        var trusted = directory.path().resolve("ca.crt");
        Pem.writeCertificates(trusted, List.of(authority.certificate()));
        kamailio = Kamailio.start(
                "hostile-kamailio",
                DOMAIN,
                Map.of("alice", "a-secret", "bob", "b-secret"),
                authority.issue(
                        CertificateRequest.service("kamailio", "kamailio.acorn.example")
                                .withAddresses("127.0.0.1"),
                        Instant.now()),
                trusted);
        kamailio.addHost(EdgeServer.INSIDE_HOST);
        edge = EdgeServer.start(
                "hostile-edge", DOMAIN, authority, "sip:127.0.0.1:" + kamailio.port() + ";transport=tls");
    }

    @AfterEach
    void stop() {
        agents.close();
        if (edge != null) {
            edge.close();
        }
        if (kamailio != null) {
            kamailio.close();
        }
        directory.close();
    }

    @Test
    void signedInPeopleNoticeNothingOfConnectionsThatNeverShakeHands() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (SipUserAgent alice = agents.signIn(edge.account("alice", "a-secret"));
                SipUserAgent bob = agents.signIn(edge.account("bob", "b-secret"))) {
            int port = edge.account("alice", "").sipTlsPort();
            for (int i = 0; i < SILENT; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            Polling.until(
                    "handshakes past the limit are refused",
                    Account.STEP,
                    () -> edge.counter("net_connections_refused_total", "handshakes") >= SILENT - 500);
            for (int i = 0; i < 20; i++) {
                exchange(alice, bob, "message " + i);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void aConnectionThatSendsGarbageAfterTheHandshakeIsClosed() throws IOException {
        try (SipUserAgent alice = agents.signIn(edge.account("alice", "a-secret"));
                SipUserAgent bob = agents.signIn(edge.account("bob", "b-secret"));
                SipUserAgent garbage = agents.connect(edge.account("alice", "a-secret"))) {
            garbage.send("This is no SIP at all\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(garbage.awaitClosed(Account.STEP)).isNotNull();
            exchange(alice, bob, "still here");
        }
    }

    private static void exchange(SipUserAgent from, SipUserAgent to, String text) throws IOException {
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return from.message("sip:bob@acorn.example", text).status();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(new String(to.awaitMessage().body(), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(status.join()).isEqualTo(200);
    }
}
