package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.edgeways.interop.Networks.Cable;
import org.edgeways.interop.Networks.Cut;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * People at home behind their NAT and others at desks inside write to each other while the network is cut and mended: first
 * between pool and edge, which nobody may have to sign in anew for, then between home and edge. Three write all the time, a
 * crowd now and then. In the end the
 * {@link Ledger} is balanced: nothing that was acknowledged is lost, and nothing comes twice without need. At no time does
 * the edge try to connect to the inside. Replay a
 * failure's choices with {@code -Dcut.seed=…} (the moments are real time: another run with the same seed cuts at about the
 * same moments, no more).
 */
@Tag("interop")
class NetworkCutTest {

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** The pool waits 10 s for a device's answer, and tries again after 35 s, or when the device registers. */
    private static final Duration RETRIED = Duration.ofSeconds(60);

    private static final List<String> AT_HOME = List.of("alice", "bob");
    private static final List<String> EVERYBODY = List.of("alice", "bob", "dave");
    /** With four dead connections beside four new ones on a link, this many messages do not pass by chance. */
    private static final int PROOF = 20;

    /** Seven of ten of the crowd are at home. */
    private static final int AT_HOME_OF_TEN = 7;

    private static final BusyPerson.Habits STAYING = new BusyPerson.Habits(0, 0, 20, 100, 0);
    /** Their device looks after its connection, by registering again. */
    private static final BusyPerson.Habits WATCHFUL = new BusyPerson.Habits(0, 0, 20, 100, 1_500);

    /**
     * How long it is cut, how many are there, and how soon all must be well again.
     *
     * @param name what the figures are printed under
     * @param inside how long packets between pool and edge vanish
     * @param longest how long packets between home and edge vanish, at most; at least half of it
     * @param longestClosed how long connections are reset, at most
     * @param recovery from mending until everybody's messages are acknowledged again
     * @param slowest of the crowd's pauses between two messages; the shortest is a quarter of it
     */
    private record Plan(
            String name,
            Duration inside,
            Duration longest,
            Duration longestClosed,
            Duration recovery,
            Duration slowest) {

        /** The crowd's habits like those of the others. */
        BusyPerson.Habits crowd(BusyPerson.Habits others) {
            int millis = (int) slowest.toMillis();
            return new BusyPerson.Habits(0, 0, millis / 4, millis, others.refresh() == 0 ? 0 : 2 * millis);
        }
    }

    private final long seed = Long.getLong("cut.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** Longer than the pool waits for a pong and than the edge bears silence, both being set to a few seconds. */
    @Test
    void whatWasAcknowledgedIsDeliveredAlthoughTheNetworkIsCut() throws Exception {
        System.out.println("cuts with seed " + seed);
        try (World world = new World(
                "cut",
                Integer.getInteger("cut.people", 40),
                limits -> limits.putObject("link").put("linkSilence", "4s"),
                pool -> pool.putObject("link")
                        .put("keepAlive", "2s")
                        .put("pongTimeout", "1s")
                        .put("longestBackOff", "2s"))) {
            play(
                    world,
                    new Plan(
                            "cuts",
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(5),
                            Duration.ofMillis(800),
                            Duration.ofSeconds(30),
                            Duration.ofSeconds(2)));
        }
    }

    @Test
    @Tag("soak")
    @Tag("soak-network-cut")
    void cutsForAQuarterOfAnHourLoseNothingThatWasAcknowledged() throws Exception {
        System.out.println("soak: network-cut with seed " + seed);
        long began = System.nanoTime();
        long end = began + TimeUnit.MINUTES.toNanos(Integer.getInteger("soak.minutes", 15));
        try (World world = new World("soak-cut", Integer.getInteger("cut.people", 200), limits -> {}, pool -> {})) {
            for (int rounds = 1; System.nanoTime() - end < 0; rounds++) {
                Ledger.Sums sums = play(
                        world,
                        new Plan(
                                "soak: cuts",
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(50),
                                Duration.ofSeconds(3),
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(8)));
                System.out.println("soak: " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s, "
                        + rounds + " rounds of 6 cuts; this round " + sums);
            }
        }
    }

    /** One round: each kind of cut at each cable. */
    private Ledger.Sums play(World world, Plan plan) throws Exception {
        Ledger ledger = new Ledger();
        cuts(world, plan, ledger, Cable.LINK, STAYING);
        List<BusyPerson> people = cuts(world, plan, ledger, Cable.HOME, WATCHFUL);
        try {
            for (BusyPerson person : people) {
                person.beQuiet();
            }
            BusyPerson.drain(people, ledger);
            // what was under way on a dead connection begins to wait only when the pool has waited for its answer
            long late = System.nanoTime() + RETRIED.toNanos();
            Polling.until(
                    "what is missing has come, or will not come",
                    RETRIED.multipliedBy(2),
                    () -> ledger.missing().isEmpty() || System.nanoTime() - late > 0);
        } finally {
            people.forEach(BusyPerson::close);
        }
        Ledger.Sums sums = ledger.sums();
        System.out.println(plan.name() + ": " + sums);
        assertThat(ledger.faults()).as("seed " + seed + "; " + sums).isEmpty();
        assertThat(sums.acknowledged())
                .as("the proof has seen something: " + sums)
                .isGreaterThan(200);
        assertThat(sums.stored()).as("the proof has seen something: " + sums).isPositive();
        return sums;
    }

    /** People come, and one cable is cut in all ways; gives the people. After cuts of the link they have left. */
    private List<BusyPerson> cuts(World world, Plan plan, Ledger ledger, Cable cable, BusyPerson.Habits habits)
            throws Exception {
        List<BusyPerson> people = world.people(ledger, random, habits, plan.crowd(habits));
        boolean stay = false;
        try {
            allWell(world, people, ledger, plan);
            List<Cut> kinds = new ArrayList<>(List.of(Cut.SILENT, Cut.FORGETTING, Cut.CLOSING));
            Collections.shuffle(kinds, random);
            for (Cut kind : kinds) {
                cut(world, plan, ledger, cable, kind);
            }
            if (cable == Cable.LINK) {
                assertThat(people)
                        .as("nobody signed in anew; seed " + seed)
                        .allMatch(person -> person.signIns() == 1 && person.isThere());
                for (BusyPerson person : people) {
                    person.beQuiet();
                }
            }
            stay = cable == Cable.HOME;
            return people;
        } finally {
            if (!stay) {
                people.forEach(BusyPerson::close);
            }
        }
    }

    private void cut(World world, Plan plan, Ledger ledger, Cable cable, Cut kind) {
        Duration longest = kind == Cut.CLOSING ? plan.longestClosed() : plan.longest();
        Duration length = cable == Cable.LINK && kind != Cut.CLOSING
                ? plan.inside()
                : longest.multipliedBy(50 + random.nextInt(51)).dividedBy(100);
        rest(Duration.ofMillis(random.nextInt(1_000)));
        long from = System.nanoTime();
        world.site.networks().cut(cable, kind);
        rest(length);
        world.site.networks().mend(cable);
        long mended = System.nanoTime();
        world.names().forEach(ledger::startANewRow);
        InnerFirewall.wasNotTried(world.site.networks());
        Polling.until(
                "everybody writes again after " + cable + " was cut " + kind + " for " + length + "; seed " + seed,
                plan.recovery(),
                () -> world.write(ledger));
        InnerFirewall.wasNotTried(world.site.networks());
        ledger.disturbed(from);
        System.out.println(plan.name() + ": " + cable + " " + kind + " for " + length.toMillis()
                + " ms; service is back for all " + world.names().size() + " after another "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - mended) + " ms, "
                + ledger.givenUpSince(from) + " messages without an answer");
    }

    private static void allWell(World world, List<BusyPerson> people, Ledger ledger, Plan plan) {
        Polling.until(
                "everybody signs in", plan.recovery(), () -> people.stream().allMatch(BusyPerson::isThere));
        Polling.until("everybody writes", plan.recovery(), () -> world.write(ledger));
    }

    private static void rest(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Everything that runs. The user agents are in this process and reach their places by {@link Passage}s. */
    private static final class World implements AutoCloseable {
        private final WorkDirectory directory = WorkDirectory.create();
        private final Phones phones = new Phones();
        private final List<Passage> passages = new ArrayList<>();
        private final List<SipUserAgentSettings> devices = new ArrayList<>();
        private final List<String> crowd;
        private SeparateSite site;

        /** @param people how many there are in all */
        World(String name, int people, Consumer<ObjectNode> limits, Consumer<ObjectNode> poolSettings)
                throws IOException {
            crowd = IntStream.range(0, people - EVERYBODY.size())
                    .mapToObj(number -> "person" + number)
                    .toList();
            boolean made = false;
            try {
                String[] remote =
                        Stream.concat(AT_HOME.stream(), crowd.stream()).toArray(String[]::new);
                site = SeparateSite.start(name, true, limits, poolSettings, remote);
                site.networks().passUnread();
                InnerFirewall.isClosed(site.networks());
                for (String person : EVERYBODY) {
                    boolean home = AT_HOME.contains(person);
                    Passage passage = Passage.open(
                            name + "-" + person, directory, home ? site.outside(person) : site.inside(person));
                    passages.add(passage);
                    devices.add(device(passage.account(), home));
                }
                for (int i = 0; i < crowd.size(); i++) {
                    boolean home = i % 10 < AT_HOME_OF_TEN;
                    Passage passage = passages.get(home ? 0 : passages.size() - 1);
                    devices.add(device(passage.account(site.outside(crowd.get(i))), home));
                }
                made = true;
            } finally {
                if (!made) {
                    close();
                }
            }
        }

        private SipUserAgentSettings device(Account account, boolean home) throws IOException {
            return phones.settings(account, PATIENCE).verifying(home ? Networks.EDGE_NAME : Networks.POOL_NAME);
        }

        List<BusyPerson> people(
                Ledger ledger, Random random, BusyPerson.Habits habits, BusyPerson.Habits crowdsHabits) {
            List<String> names = names();
            return devices.stream()
                    .map(device -> new BusyPerson(
                            device.username(),
                            phones,
                            device,
                            ledger,
                            names,
                            random.nextLong(),
                            EVERYBODY.contains(device.username()) ? habits : crowdsHabits))
                    .toList();
        }

        /** Everybody's. */
        List<String> names() {
            return Stream.concat(EVERYBODY.stream(), crowd.stream()).toList();
        }

        /** Whether the messages of everybody are acknowledged, now that they have begun a new row. */
        boolean write(Ledger ledger) {
            return EVERYBODY.stream().allMatch(person -> ledger.acknowledgedInARow(person) >= PROOF)
                    && crowd.stream().allMatch(person -> ledger.acknowledgedInARow(person) >= 1);
        }

        @Override
        public void close() {
            phones.close();
            passages.forEach(Passage::close);
            if (site != null) {
                site.close();
            }
            directory.close();
        }
    }
}
