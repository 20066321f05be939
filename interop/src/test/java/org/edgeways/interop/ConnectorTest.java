package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connector in front of Kamailio over TCP and UDP, and when Kamailio or the connector is away. */
@Tag("interop")
class ConnectorTest {
    private static final int TONE = 440;
    private static final int OTHER_TONE = 700;
    private static final int KILLS = 3;

    private final Phones phones = new Phones();

    @AfterEach
    void close() {
        phones.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void messagesAndCallsPassOver(String transport) throws IOException {
        try (KamailioSite site = KamailioSite.connected("connector-" + transport, transport);
                Baresip caller = Baresip.start(
                        "connector-" + transport + "-caller",
                        site.outside("alice"),
                        TONE,
                        List.of(site.outside("bob").uri()))) {
            // one after the other: over UDP several of its processes write at once, and its SQLite module gives up when
            // locked
            caller.awaitSignedIn();
            talk(site, transport, caller);
        }
    }

    private static void talk(KamailioSite site, String transport, Baresip caller) {
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
            CompletableFuture<SipMessage> sent = CompletableFuture.supplyAsync(() -> {
                try {
                    return alice.message("sip:bob@acorn.example", "again");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(new String(bob.awaitMessage().body(), StandardCharsets.UTF_8))
                    .isEqualTo("again");
            assertThat(sent.join().status()).isEqualTo(200);
        }
    }

    /** Kamailio stands for what it acknowledges; the connector, which keeps nothing, must neither lose nor invent it. */
    @Test
    void killedInMidStreamTheConnectorComesBackToOpenFlowsAndWhatWasAcknowledgedHasCome() throws Exception {
        long seed = Long.getLong("connector.seed", System.nanoTime());
        System.out.println("connector killed with seed " + seed);
        Random random = new Random(seed);
        try (KamailioSite site = KamailioSite.connected("connector-killed", "tcp");
                SipUserAgent alice = phones.connect(phones.settings(site.outside("alice"), Duration.ofSeconds(2)));
                SipUserAgent bob = phones.signIn(site.outside("bob"))) {
            assertThat(alice.register(600).status()).isEqualTo(200);
            Stream stream = new Stream(alice, bob);
            try {
                stream.awaitAcknowledged("before");
                for (int kill = 1; kill <= KILLS; kill++) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
                    long killed = System.nanoTime();
                    Objects.requireNonNull(site.connector()).kill();
                    stream.startANewRow();
                    site.connector().restart();
                    stream.awaitAcknowledged("after kill " + kill + " with seed " + seed);
                    System.out.println("connector killed: acknowledged again after "
                            + TimeUnit.NANOSECONDS.toMillis(stream.firstOfTheRow() - killed)
                            + " ms, its start included");
                }
            } finally {
                stream.end();
            }
            System.out.println("connector killed: " + stream);
            assertThat(stream.delivered).as("seed " + seed).containsAll(stream.acknowledged);
            assertThat(alice.connection().isOpen() && bob.connection().isOpen())
                    .as("nobody had to connect or sign in again")
                    .isTrue();
        }
    }

    /** One writes to the other without end. */
    private static final class Stream {
        private final Set<String> delivered = ConcurrentHashMap.newKeySet();
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger inARow = new AtomicInteger();
        private final AtomicLong firstOfTheRow = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();
        private final CompletableFuture<Void> writing;
        private final CompletableFuture<Void> answering;

        Stream(SipUserAgent from, SipUserAgent to) {
            answering = ServicesSite.beside(() -> answer(to));
            writing = ServicesSite.beside(() -> write(from, to.settings().addressOfRecord()));
        }

        private void write(SipUserAgent from, String to) {
            while (!over.get()) {
                String text = "number " + sent.incrementAndGet();
                int status;
                try {
                    status = from.message(to, text).status();
                } catch (IOException unanswered) {
                    status = 0;
                }
                if (status == 200) {
                    acknowledged.add(text);
                    if (inARow.getAndIncrement() == 0) {
                        firstOfTheRow.set(System.nanoTime());
                    }
                } else {
                    inARow.set(0);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            }
        }

        private void answer(SipUserAgent to) {
            try {
                while (!over.get() || !writing.isDone()) {
                    SipMessage message = to.take("MESSAGE", Duration.ofMillis(50));
                    if (message != null) {
                        delivered.add(new String(message.body(), StandardCharsets.UTF_8));
                        to.respond(message, 200, "OK");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void startANewRow() {
            inARow.set(0);
        }

        void awaitAcknowledged(String when) {
            Polling.until("messages are acknowledged " + when, Account.STEP, () -> inARow.get() >= 20);
        }

        long firstOfTheRow() {
            return firstOfTheRow.get();
        }

        void end() {
            over.set(true);
            writing.join();
            answering.join();
        }

        @Override
        public String toString() {
            return sent + " sent, " + acknowledged.size() + " acknowledged, " + delivered.size() + " delivered";
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
