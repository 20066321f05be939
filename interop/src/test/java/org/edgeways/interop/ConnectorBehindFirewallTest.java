package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Kamailio and the connector inside, the edge in the perimeter, alice and bob at home, each on a host of their own, and a
 * firewall between perimeter and inside that lets nothing in. Replay a kill's choices with {@code -Dconnector.seed=…} (the
 * moments are real time: another run with the same seed kills at about the same moments, no more).
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectorBehindFirewallTest {
    private static final int KILLS = 3;

    /** Most times that somebody signs in once more. */
    private static final int SIGN_INS_AGAIN = 5;

    private static final Duration CUT = Duration.ofSeconds(5);

    /** For so long nothing comes, then nothing is on its way. */
    private static final Duration STILL = Duration.ofSeconds(1);

    /** Of two people each: one writes to the other. */
    private static final int PAIRS = 10;

    /** Between two messages of one person. */
    private static final long PAUSE_NANOS = 20_000_000;

    private Networks networks;
    private KamailioSite site;
    private Phones phones;

    @BeforeAll
    void start() throws IOException {
        networks = Networks.create();
        networks.passUnread();
        InnerFirewall.isClosed(networks);
        phones = new Phones(networks.home());
        site = KamailioSite.connected(networks, "connector-inside", "tcp");
    }

    @AfterAll
    void stop() {
        try (Networks last = networks) {
            if (phones != null) {
                phones.close();
            }
            if (site != null) {
                site.close();
                InnerFirewall.hasBlockedNothing(last);
            }
        }
    }

    @Test
    void softphonesAtHomeWriteAndCallThroughAConnectorThatDialsOut() {
        try (Baresip caller = Baresip.start(
                "connector-inside-caller",
                site.outside("alice"),
                ConnectorTest.TONE,
                List.of(site.outside("bob").uri()))) {
            caller.awaitSignedIn();
            ConnectorTest.talk(site, "tcp", caller);
        }
    }

    @Test
    void killedInMidStreamTheConnectorComesBackToOpenFlowsAndWhatWasAcknowledgedHasCome() throws Exception {
        killed("connector killed", PAIRS, (kills, began) -> kills < KILLS);
    }

    @Test
    @Tag("soak")
    @Tag("soak-kill-connector")
    void hundredsOfKillsOfTheConnectorLoseNothingThatWasAcknowledged() throws Exception {
        long whole = TimeUnit.MINUTES.toNanos(Integer.getInteger("soak.minutes", 15));
        int pairs = Integer.getInteger("connector.pairs", KamailioSite.OTHERS / 2);
        killed("soak: kill-connector", pairs, (kills, began) -> System.nanoTime() - began < whole);
    }

    /** Nothing notices it but TCP: the connections of the connector live on, none is dialled anew, and what was lost is sent again. */
    @Test
    void theInnerNetworkIsCutForFiveSecondsAndWhatWasAcknowledgedHasCome() throws Exception {
        try (Crowd crowd = new Crowd(PAIRS)) {
            long mended;
            try {
                crowd.awaitAcknowledged("before");
                Links before = links();
                networks.cut(Networks.Cable.LINK, Networks.Cut.SILENT);
                try {
                    long end = System.nanoTime() + CUT.toNanos();
                    int passed = crowd.awaitStill(end);
                    assertThat(System.nanoTime()).as("while it is cut").isLessThan(end);
                    LockSupport.parkNanos(end - System.nanoTime());
                    assertThat(crowd.acknowledged()).as("nothing passes").isEqualTo(passed);
                    crowd.startANewRow();
                } finally {
                    networks.mend(Networks.Cable.LINK);
                }
                mended = System.nanoTime();
                crowd.awaitAcknowledged("after the cut");
                assertThat(links()).as("links at both ends").isEqualTo(before);
            } finally {
                crowd.end();
            }
            System.out.println(
                    "connector cut off for " + CUT.toMillis() + " ms: acknowledged again for all after another "
                            + TimeUnit.NANOSECONDS.toMillis(crowd.lastFirstOfTheRow() - mended) + " ms, " + crowd);
            crowd.assertAllThere("");
        }
    }

    /**
     * What both ends say of the links between them: none that ends and is dialled anew goes unseen.
     *
     * @param closedByEdge since the edge was started
     * @param closedByConnector since the connector was started
     * @param open now, at the connector
     */
    private record Links(double closedByEdge, double closedByConnector, double open) {}

    private Links links() {
        ConnectorServer connector = Objects.requireNonNull(site.connector());
        String closed = "sip_connections_closed_total";
        return new Links(
                site.edge().counter(closed, "endpoint=\"inside-leg\""),
                connector.counter(closed, "endpoint=\"link-"),
                connector.counter("sip_links_open", ""));
    }

    /** Whether there is to be one more kill. */
    private interface More {
        boolean after(int kills, long began);
    }

    /** Kamailio stands for what it acknowledges; the connector, which keeps nothing, must neither lose nor invent it. */
    private void killed(String name, int pairs, More more) throws Exception {
        long seed = Long.getLong("connector.seed", System.nanoTime());
        System.out.println(name + " with seed " + seed);
        Random random = new Random(seed);
        ConnectorServer connector = Objects.requireNonNull(site.connector());
        try (Crowd crowd = new Crowd(pairs)) {
            int kills = 0;
            try {
                crowd.awaitAcknowledged("before");
                long began = System.nanoTime();
                while (more.after(kills, began)) {
                    kills++;
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
                    long killed = System.nanoTime();
                    connector.kill();
                    crowd.startANewRow();
                    connector.restart();
                    crowd.awaitAcknowledged("after kill " + kills + " with seed " + seed);
                    System.out.println(name + ": " + kills + ": acknowledged again for all after "
                            + TimeUnit.NANOSECONDS.toMillis(crowd.lastFirstOfTheRow() - killed)
                            + " ms, its start included");
                }
            } finally {
                crowd.end();
            }
            System.out.println(name + ": " + kills + " kills, " + crowd);
            crowd.assertAllThere("seed " + seed);
        }
    }

    /** Pairs of people of whom one writes to the other without end. */
    private final class Crowd implements AutoCloseable {
        private final List<SipUserAgent> people = new ArrayList<>();
        private final List<Stream> streams = new ArrayList<>();

        Crowd(int pairs) throws IOException {
            for (int pair = 0; pair < pairs; pair++) {
                Account writes = site.outside("p" + 2 * pair);
                SipUserAgent from = signIn(phones.settings(writes, Duration.ofSeconds(2)));
                SipUserAgent to = signIn(phones.settings(site.outside("p" + (2 * pair + 1)), Account.STEP));
                streams.add(new Stream(from, to));
            }
        }

        /** As a softphone does, again after a 500: two processes of Kamailio that write to SQLite at once get in each other's way. */
        private SipUserAgent signIn(SipUserAgentSettings settings) throws IOException {
            SipUserAgent phone = phones.connect(settings);
            people.add(phone);
            int status = phone.register(600).status();
            for (int again = 0; status == 500 && again < SIGN_INS_AGAIN; again++) {
                System.out.println(settings.addressOfRecord() + " got 500 and signs in again");
                LockSupport.parkNanos(STILL.toNanos());
                status = phone.register(600).status();
            }
            assertThat(status).as(settings.addressOfRecord() + " signs in").isEqualTo(200);
            return phone;
        }

        void startANewRow() {
            streams.forEach(Stream::startANewRow);
        }

        void awaitAcknowledged(String when) {
            streams.forEach(stream -> stream.awaitAcknowledged(when));
        }

        long lastFirstOfTheRow() {
            return streams.stream().mapToLong(Stream::firstOfTheRow).max().orElseThrow();
        }

        int acknowledged() {
            return streams.stream()
                    .mapToInt(stream -> stream.acknowledged.size())
                    .sum();
        }

        /** What passed before a cut is answered a little later: how many there are when no more come for a while, or then. */
        int awaitStill(long until) {
            int before = -1;
            int now = acknowledged();
            while (now != before && System.nanoTime() < until) {
                LockSupport.parkNanos(STILL.toNanos());
                before = now;
                now = acknowledged();
            }
            return now;
        }

        void end() {
            streams.forEach(stream -> stream.over.set(true));
            streams.forEach(Stream::end);
        }

        void assertAllThere(String seed) {
            for (Stream stream : streams) {
                assertThat(stream.delivered).as(seed).containsAll(stream.acknowledged);
            }
            assertThat(people)
                    .as("nobody had to connect or sign in again")
                    .allMatch(phone -> phone.connection().isOpen());
        }

        @Override
        public void close() {
            people.forEach(SipUserAgent::close);
        }

        @Override
        public String toString() {
            return people.size() + " people, "
                    + streams.stream().mapToInt(stream -> stream.sent.get()).sum() + " sent, "
                    + acknowledged() + " acknowledged, "
                    + streams.stream()
                            .mapToInt(stream -> stream.delivered.size())
                            .sum() + " delivered";
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
                LockSupport.parkNanos(PAUSE_NANOS);
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
            Polling.until("messages are acknowledged " + when, Account.STEP, () -> inARow.get() >= 5);
        }

        long firstOfTheRow() {
            return firstOfTheRow.get();
        }

        void end() {
            over.set(true);
            writing.join();
            answering.join();
        }
    }
}
