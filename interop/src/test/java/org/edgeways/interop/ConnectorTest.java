package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The connector in front of Kamailio, and when Kamailio or the connector is away; over UDP and on loopback where it says nothing
 * else. See also {@link ConnectorBehindFirewallTest}.
 */
@Tag("interop")
class ConnectorTest {
    static final int TONE = 440;
    private static final int OTHER_TONE = 700;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Phones phones = new Phones();

    @AfterEach
    void close() {
        phones.close();
    }

    @Test
    void messagesAndCallsPassOverUdp() throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-udp", "udp");
                Baresip caller = Baresip.start(
                        "connector-udp-caller",
                        site.outside("alice"),
                        TONE,
                        List.of(site.outside("bob").uri()))) {
            // one after the other: over UDP several of its processes write at once, and its SQLite module gives up when
            // locked
            caller.awaitSignedIn();
            talk(site, "udp", caller);
        }
    }

    /** The caller, alice, writes to bob and calls him. */
    static void talk(KamailioSite site, String transport, Baresip caller) {
        try (Baresip callee =
                Baresip.start("connector-" + transport + "-callee", site.outside("bob"), OTHER_TONE, List.of())) {
            callee.awaitSignedIn();
            caller.sendMessage(site.outside("bob").uri(), "Grüße");
            callee.awaitMessage(site.outside("alice").uri(), "Grüße");
            caller.call(site.outside("bob").uri());
            caller.awaitCallEstablished();
            callee.awaitCallEstablished();
            caller.awaitMedia();
            callee.awaitMedia();
            callee.hangUp();
            caller.awaitCallClosed();
            callee.awaitCallClosed();
            assertThat(caller.heard().hasTone(OTHER_TONE, TONE)).isTrue();
        }
    }

    @Test
    void somebodySignedInCannotSendAsSomebodyElseThoughTheServerKnowsNothingOfConnections() throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-senders", "udp");
                SipUserAgent alice = phones.signIn(site.outside("alice"))) {
            SipMessage request = alice.newRequest("MESSAGE", "sip:bob@acorn.example");
            request.set(HeaderName.FROM, "<sip:bob@acorn.example>;tag=spoofed");
            SipMessage answer = alice.request(request);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.reason()).contains("not signed in");
        }
    }

    @Test
    void nothingThatAClientGetsNamesTheConnector() throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-hidden", "tcp");
                SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
            CompletableFuture<SipMessage> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return alice.message("sip:bob@acorn.example", "hello");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            for (SipMessage received : List.of(bob.awaitMessage(), answer.join(), alice.register(600))) {
                assertThat(new String(received.encode(), StandardCharsets.UTF_8))
                        .doesNotContainIgnoringCase("connector")
                        .doesNotContainIgnoringCase("perimeter")
                        .doesNotContain(":" + site.kamailio().port());
            }
        }
    }

    /** A client is told to wait; what it sends after the server is back passes without a new sign-in. */
    @Test
    void whileTheServerIsAwayClientsAreToldToComeAgainAndStaySignedIn() throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-away", "tcp");
                SipUserAgent alice = phones.signIn(site.outside("alice"));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
            site.kamailio().stop();
            SipMessage answer = alice.message("sip:bob@acorn.example", "while it is away");
            assertThat(answer.status()).isEqualTo(480);
            assertThat(answer.has(HeaderName.RETRY_AFTER)).isTrue();
            site.kamailio().restart();
            CompletableFuture<SipMessage> sent = CompletableFuture.supplyAsync(() -> comeAgain(alice));
            assertThat(new String(bob.awaitMessage().body(), StandardCharsets.UTF_8))
                    .isEqualTo("again");
            assertThat(sent.join().status()).isEqualTo(200);
        }
    }

    /** As it was told to, until the connector dials again: a server that was away is left in peace for a second at most. */
    private static SipMessage comeAgain(SipUserAgent client) {
        try {
            long end = System.nanoTime() + Account.STEP.toNanos();
            SipMessage answer = client.message("sip:bob@acorn.example", "again");
            while (answer.status() == 480 && System.nanoTime() < end) {
                LockSupport.parkNanos(AGAIN_NANOS);
                answer = client.message("sip:bob@acorn.example", "again");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withoutAConnectorClientsAreToldWhenToComeAgain() throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-gone", "udp");
                SipUserAgent alice = phones.signIn(site.outside("alice"))) {
            Objects.requireNonNull(site.connector()).close();
            SipMessage answer = alice.message("sip:bob@acorn.example", "nobody there");
            assertThat(answer.status()).isEqualTo(480);
            assertThat(answer.has(HeaderName.RETRY_AFTER)).isTrue();
        }
    }
}
