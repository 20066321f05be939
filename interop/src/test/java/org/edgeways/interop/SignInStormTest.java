package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.edgeways.app.admin.AdminClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Everybody signs in at once, through the edge, with presence: in the morning, and in the long form once again when the edge
 * was killed with {@code kill -9} and all connections are gone. Each subscribes to some others; a few have everybody on a contact list.
 * What comes of it is counted: it must not be a storm of NOTIFYs. How long it took is printed, not asserted.
 */
@Tag("interop")
class SignInStormTest {

    /** Subscriptions of each person to others. */
    private static final int SUBSCRIPTIONS = 3;
    /** Each may be told at once, and of what the other did meanwhile. */
    private static final int NOTIFIES_PER_SUBSCRIPTION = 4;

    private static final int LONGEST_LIST = 1_000;
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final long seed = Long.getLong("storm.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Phones phones = new Phones();
    private final List<WatchfulPerson> people = new ArrayList<>();
    private final List<WatchfulPerson> lists = new ArrayList<>();
    private Deployment deployment;

    @BeforeEach
    void start() {
        deployment = Deployment.start("storm", SignInStormTest::settings);
    }

    /** All come from one address, of which the edge would else let in fewer. */
    private static void settings(ObjectNode limits) {
        limits.putObject("admission")
                .put("connections", 19_000)
                .put("connectionsPerSource", 18_000)
                .put("handshakesPerSource", 500)
                .put("connectionsPerSecondPerSource", 1_000_000);
        limits.putObject("requests").put("requestsPerSecond", 1_000_000).put("requestBurst", 1_000_000);
    }

    @AfterEach
    void stop() throws InterruptedException {
        everybody().forEach(WatchfulPerson::leave);
        for (WatchfulPerson person : everybody()) {
            person.awaitEnd();
        }
        phones.close();
        if (deployment != null) {
            deployment.close();
        }
    }

    @Test
    void whenEverybodySignsInAtOnceNobodyIsFloodedWithPresence() throws Exception {
        play("storm", 40, 1, Duration.ZERO, false);
    }

    @Test
    @Tag("soak")
    @Tag("soak-sign-in-storm")
    void fiveThousandPeopleSignInAtOnceAndAgain() throws Exception {
        play("soak: storm", Integer.getInteger("storm.people", 5_000), 5, INTERVAL.plusSeconds(2), true);
    }

    private void play(String name, int count, int owners, Duration settling, boolean again) throws IOException {
        System.out.println(name + ": seed " + seed);
        List<Account> accounts = deployment.addPeople("person", count);
        List<Account> listed = accounts.subList(0, Math.min(count, LONGEST_LIST));
        AdminClient administrator = deployment.administrator();
        for (Account owner : deployment.addPeople("lister", owners)) {
            Deployment.together(
                    listed.size(),
                    i -> administrator.ask(AdminClient.request("contact-add")
                            .put("name", owner.username())
                            .put("address", listed.get(i).username())));
            lists.add(WatchfulPerson.ofList(phones, owner, random.nextLong()));
        }
        for (int i = 0; i < count; i++) {
            List<String> others = new ArrayList<>();
            for (int k = 1; k <= SUBSCRIPTIONS; k++) {
                others.add(accounts.get((i + 37 * k) % count).uri());
            }
            people.add(WatchfulPerson.of(phones, accounts.get(i), others, random.nextLong()));
        }
        lists.forEach(WatchfulPerson::come);
        Polling.until(
                "the owners of lists watch", PATIENCE, () -> lists.stream().allMatch(WatchfulPerson::watches));

        try (Measurement morning = new Measurement(name + ": " + count + " people sign in at once")) {
            people.forEach(WatchfulPerson::come);
            await(listed, settling);
            morning.report();
        }
        if (again) {
            everybodyAgain(name, listed, settling);
        }
    }

    private void everybodyAgain(String name, List<Account> listed, Duration settling) {
        deployment.killEdge();
        Polling.until("all have noticed", PATIENCE, () -> everybody().stream().noneMatch(WatchfulPerson::watches));
        everybody().forEach(WatchfulPerson::forget);
        deployment.startEdge();
        try (Measurement measurement = new Measurement(name + ": the edge was killed, and all sign in again")) {
            await(listed, settling);
            measurement.report();
        }
    }

    private List<WatchfulPerson> everybody() {
        List<WatchfulPerson> all = new ArrayList<>(lists);
        all.addAll(people);
        return all;
    }

    private void await(List<Account> listed, Duration settling) {
        Polling.until(
                "everybody is signed in and watches",
                PATIENCE,
                () -> everybody().stream().allMatch(WatchfulPerson::watches));
        Polling.until(
                "the owners of lists see everybody; seed " + seed,
                PATIENCE,
                () -> lists.stream().allMatch(list -> listed.stream().allMatch(account -> list.sees(account.uri()))));
        LockSupport.parkNanos(settling.toNanos());
        assertThat(everybody().stream().flatMap(person -> person.faults().stream()))
                .as("seed " + seed)
                .isEmpty();
        assertThat(lists)
                .as("NOTIFYs of a list of " + listed.size())
                .allMatch(list -> list.notifies() < Math.max(20, listed.size() / 4));
        assertThat(people)
                .as("NOTIFYs of " + SUBSCRIPTIONS + " subscriptions")
                .allMatch(person -> person.notifies() <= SUBSCRIPTIONS * NOTIFIES_PER_SUBSCRIPTION);
    }

    /** What it costs, from its beginning to the report, and how much waited at the worst moment. */
    private final class Measurement implements AutoCloseable {
        private final String what;
        private final long began = System.nanoTime();
        private final Duration poolBefore = deployment.poolProcessorTime();
        private final double toldBefore = deployment.poolCounter("pool_notifies_total", "");
        private final double deferredBefore = deployment.poolCounter("pool_notifies_deferred_total", "");
        private final Thread looker = Thread.ofVirtual().start(this::look);
        private volatile boolean over;
        private volatile double mostRequests;
        private volatile double mostWrites;

        Measurement(String what) {
            this.what = what;
        }

        private void look() {
            while (!over) {
                mostRequests = Math.max(mostRequests, deployment.poolCounter("sip_shard_waiting", ""));
                mostWrites = Math.max(mostWrites, deployment.poolCounter("store_writes_waiting", ""));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }

        void report() {
            int count = people.size();
            double seconds = people.stream()
                            .mapToLong(one -> one.watchesSince() - began)
                            .max()
                            .orElse(0)
                    / 1e9;
            double seen = lists.stream()
                            .mapToLong(one -> one.lastTold() - began)
                            .max()
                            .orElse(0)
                    / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%s: all watch after %.1f s (%.0f sign-ins a second), the lists are complete after %.1f s%n",
                    what,
                    seconds,
                    count / seconds,
                    seen);
            System.out.printf(
                    Locale.ROOT,
                    "%s: NOTIFYs for each of %d with %d subscriptions %s; for each of %d with a list %s; %.0f in all, %.0f deferred%n",
                    what,
                    count,
                    SUBSCRIPTIONS,
                    spread(people),
                    lists.size(),
                    spread(lists),
                    deployment.poolCounter("pool_notifies_total", "") - toldBefore,
                    deployment.poolCounter("pool_notifies_deferred_total", "") - deferredBefore);
            System.out.printf(
                    Locale.ROOT,
                    "%s: at most %.0f messages waited for the pool's thread, %.0f writes for the disk; the pool took %.1f s of"
                            + " processor time, the edge has taken %.1f s since its start%n",
                    what,
                    mostRequests,
                    mostWrites,
                    deployment.poolProcessorTime().minus(poolBefore).toMillis() / 1e3,
                    deployment.edgeProcessorTime().toMillis() / 1e3);
        }

        private static String spread(List<WatchfulPerson> whose) {
            int[] sorted =
                    whose.stream().mapToInt(WatchfulPerson::notifies).sorted().toArray();
            return sorted[0] + " / " + sorted[sorted.length / 2] + " / " + sorted[sorted.length - 1];
        }

        @Override
        public void close() {
            over = true;
            try {
                looker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
