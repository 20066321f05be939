package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds with a foreign server inside: senders, hiding, and the way out after that server was away. */
@Tag("interop")
class KamailioRulesTest {
    private static final String DOMAIN = "acorn.example";

    private final CertificateAuthority authority = EdgeServer.newAuthority();
    private final WorkDirectory directory = WorkDirectory.create();
    private final Agents agents = new Agents(authority);
    private TlsIdentity service;
    private Kamailio kamailio;
    private EdgeServer edge;

    @BeforeEach
    void start() throws IOException {
        var trusted = directory.path().resolve("ca.crt");
        Pem.writeCertificates(trusted, List.of(authority.certificate()));
        service = authority.issue(
                CertificateRequest.service("kamailio", "kamailio.acorn.example").withAddresses("127.0.0.1"),
                Instant.now());
        kamailio = Kamailio.start(
                "rules-kamailio", DOMAIN, Map.of("alice", "a-secret", "bob", "b-secret"), service, trusted);
        kamailio.addHost(EdgeServer.INSIDE_HOST);
        edge = EdgeServer.start("rules-edge", DOMAIN, authority, "sip:127.0.0.1:" + kamailio.port() + ";transport=tls");
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

    /** The edge refuses it before Kamailio asks for credentials. */
    @Test
    void somebodySignedInCannotSendAsSomebodyElse() throws IOException {
        try (SipUserAgent alice = agents.signIn(edge.account("alice", "a-secret"))) {
            for (String method : List.of("MESSAGE", "INVITE", "SUBSCRIBE", "PUBLISH", "OPTIONS")) {
                SipMessage request = alice.newRequest(method, "sip:bob@acorn.example");
                request.set(HeaderName.FROM, "<sip:bob@acorn.example>;tag=spoofed");
                SipMessage answer = alice.request(request);
                assertThat(answer.status()).as(method).isEqualTo(403);
                assertThat(answer.reason()).as(method).contains("not signed in");
            }
        }
    }

    @Test
    void kamailioRefusesToSignInSomebodyWithTheCredentialsOfAnother() throws IOException {
        Account bob = edge.account("bob", "b-secret");
        Account mixed = new Account(
                "sip:alice@acorn.example",
                bob.username(),
                bob.password(),
                bob.host(),
                bob.sipTlsPort(),
                "",
                bob.caFile());
        try (SipUserAgent impostor = agents.connect(mixed)) {
            assertThat(impostor.register(600).status()).isIn(401, 403);
            assertThat(impostor.message("sip:bob@acorn.example", "hello").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void nothingThatAClientGetsNamesKamailioOrTheEdgeInside() throws IOException {
        try (SipUserAgent alice = agents.signIn(edge.account("alice", "a-secret"));
                SipUserAgent bob = agents.signIn(edge.account("bob", "b-secret"))) {
            SipMessage sent = alice.newRequest("MESSAGE", "sip:bob@acorn.example");
            sent.setBody("text/plain", "hello".getBytes(StandardCharsets.UTF_8));
            var exchange = alice.start(sent);
            SipMessage challenge = exchange.awaitFinal();
            assertThat(challenge.status()).isEqualTo(407);
            hidesTheInside(challenge);
            CompletableFuture<SipMessage> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return alice.message("sip:bob@acorn.example", "hello");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            hidesTheInside(bob.awaitMessage());
            hidesTheInside(answer.join());
            hidesTheInside(alice.register(600));
        }
    }

    private void hidesTheInside(SipMessage message) {
        assertThat(new String(message.encode(), StandardCharsets.UTF_8))
                .doesNotContainIgnoringCase("kamailio")
                .doesNotContainIgnoringCase("perimeter")
                .doesNotContain(":" + kamailio.port());
    }

    @Test
    void whatComesFromInsideArrivesAlsoAfterKamailioWasAway() throws IOException {
        try (SipUserAgent alice = agents.signIn(edge.account("alice", "a-secret"))) {
            arrivesFromInside("before", alice);
            kamailio.restart();
            kamailio.addHost(EdgeServer.INSIDE_HOST);
            arrivesFromInside("after", alice);
        }
    }

    private void arrivesFromInside(String text, SipUserAgent alice) throws IOException {
        Account inside = new Account(
                "sip:bob@acorn.example", "bob", "b-secret", "127.0.0.1", kamailio.port(), "", edge.caFile());
        try (SipUserAgent bob = agents.connect(inside, service)) {
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
                try {
                    return bob.message("sip:alice@acorn.example", text).status();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(new String(alice.awaitMessage().body(), StandardCharsets.UTF_8))
                    .isEqualTo(text);
            assertThat(status.join()).isEqualTo(200);
        }
    }
}
