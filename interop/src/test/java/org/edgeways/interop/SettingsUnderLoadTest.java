package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * 100 changes of settings and certificates, those of the Link among them, while people at home write to each other through the edge,
 * on separate networks, one of them over WebSocket, and two of them are in a call: no connection, of theirs or of the inside, no
 * transaction and no dialog is
 * lost, each revision is reported, and nothing comes from the perimeter to the inside.
 */
@Tag("interop")
class SettingsUnderLoadTest {

    private static final int CHANGES = 100;
    /** Between two messages of somebody: load, but not all that two processors can bear, which only makes the changes wait. */
    private static final long PAUSE_NANOS = 40_000_000;

    private static final String[] PEOPLE = {"p0", "p1", "p2", "p3", "p4", "p5"};

    /** Is there over WebSocket. */
    private static final String BROWSING = "p6";

    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final Set<String> received = new ConcurrentSkipListSet<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean changing = true;
    private volatile boolean reading = true;

    @Test
    void aHundredChangesOfSettingsAndCertificatesLoseNoConnectionAndNoTransaction() throws Exception {
        try (SeparateSite site = SeparateSite.start(
                        "settings-under-load", true, SettingsUnderLoadTest::roomy, pool -> {}, everybody());
                Phones phones = new Phones(site.networks().home());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            site.networks().passUnread();
            InnerFirewall.isClosed(site.networks());
            List<SipUserAgent> people = new ArrayList<>();
            for (String person : PEOPLE) {
                people.add(phones.signIn(phones.settings(site.outside(person), Account.STEP)));
            }
            people.add(phones.signIn(phones.webSocket(site.outside(BROWSING))));
            StandingCall call = StandingCall.between(people.getLast(), people.getFirst(), threads);
            LinkCertificates links = new LinkCertificates(site);
            SettingsChanges changes = new SettingsChanges(site, phones, links);
            JsonNode shown = changes.node().path("report").path("shown").path(0);
            assertThat(shown.path("selfSigned").asBoolean(true))
                    .as("%s", changes.node())
                    .isFalse();
            assertThat(shown.path("name").asText()).isEqualTo(Networks.EDGE_NAME);

            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < people.size(); i++) {
                SipUserAgent own = people.get(i);
                String next = people.get((i + 1) % people.size()).settings().addressOfRecord();
                int number = i;
                work.add(threads.submit(() -> write(own, number, next)));
                var _ = threads.submit(() -> read(own));
            }

            InsideConnections inside = new InsideConnections(site, links::looks);
            long begun = System.nanoTime();
            try {
                for (int i = 0; i < CHANGES; i++) {
                    changes.next(i);
                    call.speak();
                    inside.holdAfter("change " + i);
                }
                inside.areAsManyAsWanted();
                changing = false;
                for (Future<?> each : work) {
                    each.get(60, TimeUnit.SECONDS);
                }
                Polling.until("what was acknowledged has come", Account.STEP, () -> received.containsAll(acknowledged));
                call.end();
            } finally {
                changing = false;
                reading = false;
            }
            System.out.printf(
                    "%d changes (%d refused inside, %d by the node) in %d ms; %d messages%n",
                    CHANGES,
                    changes.refusedInside(),
                    changes.refusedByNode(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
                    acknowledged.size());

            assertThat(wrong).isEmpty();
            assertThat(acknowledged.size()).as("messages").isGreaterThan(CHANGES);
            for (SipUserAgent client : people) {
                assertThat(client.connection().isOpen()).as("a connection").isTrue();
            }
            assertThat(changes.refusedInside()).isPositive();
            assertThat(changes.refusedByNode()).isPositive();
            assertThat(changes.routed()).isPositive();
            assertThat(changes.node().path("report").path("restartNeeded")).isEmpty();
            assertThat(links.replaced()).doesNotHaveDuplicates().hasSize(CHANGES / 10);
            links.refuseReplaced();
            changes.await(
                    "the Link is up with the certificates that are left",
                    node -> node.path("upToDate").asBoolean()
                            && node.path("link").path("open").asInt()
                                    == node.path("link").path("wanted").asInt());
            Polling.until("a message passes", Account.STEP, () -> delivered(people.getFirst(), people.get(1)));
            InnerFirewall.hasBlockedNothing(site.networks());
        }
    }

    private static String[] everybody() {
        return Stream.concat(Stream.of(PEOPLE), Stream.of(BROWSING)).toArray(String[]::new);
    }

    /** Limits for people who all come from one address, as fast as they can. */
    private static void roomy(ObjectNode limits) {
        limits.putObject("requests").put("requestsPerSecond", 1_000_000).put("requestBurst", 1_000_000);
        limits.putObject("connection").put("idle", "300s");
        limits.putObject("admission").put("connections", 1_000);
        limits.putObject("transactions").put("serverTransactions", 10_000);
    }

    private void write(SipUserAgent own, int number, String next) {
        try {
            for (int i = 0; changing; i++) {
                LockSupport.parkNanos(PAUSE_NANOS);
                String text = "m" + number + "-" + i;
                int status = own.message(next, text).status();
                if (status == 200 || status == 202) {
                    acknowledged.add(text);
                } else {
                    wrong.add(text + " got " + status);
                }
                if (i % 10 == 9) {
                    int signedIn = own.register(600).status();
                    if (signedIn != 200) {
                        wrong.add("REGISTER after " + text + " got " + signedIn);
                    }
                }
            }
        } catch (IOException e) {
            wrong.add("p" + number + ": " + e);
        }
    }

    private static boolean delivered(SipUserAgent from, SipUserAgent to) {
        try {
            return from.message(to.settings().addressOfRecord(), "after all").status() < 300;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(SipUserAgent own) {
        try {
            while (reading && own.connection().isOpen()) {
                SipMessage message = own.take("MESSAGE", Duration.ofSeconds(1));
                if (message != null) {
                    own.respond(message, 200, "OK");
                    received.add(new String(message.body(), StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            wrong.add("reader: " + e);
        }
    }
}
