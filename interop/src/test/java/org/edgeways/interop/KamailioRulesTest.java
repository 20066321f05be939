package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds with a foreign server inside: senders, hiding, and the way out after that server was away. */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KamailioRulesTest {

    private final Phones phones = new Phones();
    private KamailioSite site;

    @BeforeAll
    void start() throws IOException {
        site = KamailioSite.dialled("rules");
    }

    @AfterAll
    void stop() {
        phones.close();
        if (site != null) {
            site.close();
        }
    }

    /** The edge refuses it before Kamailio asks for credentials. */
    @Test
    void somebodySignedInCannotSendAsSomebodyElse() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"))) {
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
        Account bob = site.outside("bob");
        Account mixed = new Account(
                "sip:alice@acorn.example",
                bob.username(),
                bob.password(),
                bob.host(),
                bob.sipTlsPort(),
                "",
                bob.caFile());
        try (SipUserAgent impostor = phones.connect(mixed)) {
            assertThat(impostor.register(600).status()).isIn(401, 403);
            assertThat(impostor.message("sip:bob@acorn.example", "hello").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void nothingThatAClientGetsNamesKamailioOrTheEdgeInside() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
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
                .doesNotContain(":" + site.kamailio().port());
    }

    @Test
    void whatComesFromInsideArrivesAlsoAfterKamailioWasAway() throws IOException {
        try (SipUserAgent alice = phones.signIn(site.outside("alice"))) {
            arrivesFromInside("before", alice);
            site.kamailio().restart();
            site.kamailio().addHost(EdgeServer.INSIDE_HOST);
            arrivesFromInside("after", alice);
        }
    }

    private void arrivesFromInside(String text, SipUserAgent alice) throws IOException {
        try (SipUserAgent bob = phones.connect(site.inside("bob"), site.service())) {
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
