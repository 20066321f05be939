package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * People at home and at desks inside, on separate networks, write to each other, come and go, while pool and edge are killed
 * with {@code kill -9} at random moments and started again. Then the {@link Ledger} is balanced: nothing that was acknowledged is lost, nothing
 * comes twice without need, in order and with its time. Replay a failure's choices with {@code -Dkill.seed=…} (the
 * moments are real time: another run with the same seed kills at about the same moments, no more).
 */
@Tag("interop")
class KillTest {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final List<String> PEOPLE = List.of("alice", "bob", "carol", "dave");

    private static final int KILLS_PER_ROUND = 10;

    /** Always there, and seldom writing. */
    private static final BusyPerson.Habits CROWD = new BusyPerson.Habits(0, 0, 2_000, 8_000, 0);

    private enum Victim {
        POOL,
        EDGE
    }

    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @Test
    void whatWasAcknowledgedIsDeliveredAlthoughPoolAndEdgeAreKilled() throws Exception {
        System.out.println("kills with seed " + seed);
        Random random = new Random(seed);
        try (World world = new World("kill", PEOPLE.size())) {
            play(world, random, List.of(Victim.POOL, Victim.POOL, Victim.EDGE, Victim.POOL, Victim.EDGE, Victim.POOL));
        }
    }

    @Test
    @Tag("soak")
    @Tag("soak-kill")
    void hundredsOfKillsLoseNothingThatWasAcknowledged() throws Exception {
        System.out.println("soak: kill with seed " + seed);
        long began = System.nanoTime();
        long end = began + TimeUnit.MINUTES.toNanos(Integer.getInteger("soak.minutes", 15));
        Random random = new Random(seed);
        int kills = 0;
        try (World world = new World("soak-kill", Integer.getInteger("kill.people", 200))) {
            while (System.nanoTime() - end < 0) {
                List<Victim> victims = new ArrayList<>();
                for (int i = 0; i < KILLS_PER_ROUND; i++) {
                    victims.add(random.nextInt(4) == 0 ? Victim.EDGE : Victim.POOL);
                }
                Ledger.Sums sums = play(world, random, victims);
                kills += victims.size() + 1;
                System.out.println("soak: " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s, " + kills
                        + " kills; this round " + sums);
            }
        }
    }

    /** One round: traffic during the kills, then everybody signs in, and the ledger is balanced. */
    private Ledger.Sums play(World world, Random random, List<Victim> victims) throws Exception {
        Ledger ledger = new Ledger();
        List<BusyPerson> people = new ArrayList<>();
        try {
            people.add(world.atHome("alice", ledger, random, BusyPerson.Habits.hectic(4_000)));
            people.add(world.atHome("bob", ledger, random, BusyPerson.Habits.hectic(500)));
            people.add(world.inside("carol", ledger, random, BusyPerson.Habits.hectic(0)));
            people.add(world.inside("dave", ledger, random, BusyPerson.Habits.hectic(700)));
            for (String one : world.crowd) {
                people.add(world.atHome(one, ledger, random, CROWD));
            }
            for (Victim victim : victims) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(1_500)));
                kill(world.site, ledger, victim);
            }
            for (BusyPerson person : people) {
                person.beQuiet();
            }
            BusyPerson.drain(people, ledger);
            Ledger.Sums sums = ledger.sums();
            // what was delivered and forgotten stays forgotten
            int copies = ledger.sums().copies();
            kill(world.site, ledger, Victim.POOL);
            BusyPerson.drain(people, ledger);
            assertThat(ledger.faults())
                    .as("seed " + seed + "; " + ledger.sums())
                    .isEmpty();
            // each one's last message may come twice, and each has written one more
            assertThat(ledger.sums().copies()).as("seed " + seed).isLessThanOrEqualTo(copies + 2 * people.size());
            assertThat(sums.acknowledged())
                    .as("the proof has seen something: " + sums)
                    .isGreaterThan(100);
            assertThat(sums.stored())
                    .as("the proof has seen something: " + sums)
                    .isGreaterThan(10);
            System.out.println(sums);
            System.out.println("people outside served again, after each kill of " + victims + " and of POOL: "
                    + ledger.backAfterKills(Set.of("alice", "bob")) + " ms");
            InnerFirewall.hasBlockedNothing(world.site.networks());
            return sums;
        } finally {
            people.forEach(BusyPerson::close);
        }
    }

    private static void kill(SeparateSite site, Ledger ledger, Victim victim) {
        switch (victim) {
            case POOL -> {
                site.killPool();
                ledger.killed();
                site.startPool();
            }
            case EDGE -> {
                site.killEdge();
                ledger.killed();
                site.startEdge();
            }
        }
    }

    /** Everything that runs, on separate networks. */
    private static final class World implements AutoCloseable {
        private final List<String> crowd;
        private final List<String> everybody;
        private final SeparateSite site;
        private final Phones home;
        private final Phones desk;

        /** @param people how many there are in all */
        World(String name, int people) {
            crowd = IntStream.range(0, people - PEOPLE.size())
                    .mapToObj(number -> "person" + number)
                    .toList();
            everybody = Stream.concat(PEOPLE.stream(), crowd.stream()).toList();
            site = SeparateSite.start(
                    name,
                    true,
                    everybody.stream().filter(person -> !person.equals("dave")).toArray(String[]::new));
            site.networks().passUnread();
            InnerFirewall.isClosed(site.networks());
            home = new Phones(site.networks().home());
            desk = new Phones(site.networks().desk());
        }

        BusyPerson atHome(String person, Ledger ledger, Random random, BusyPerson.Habits habits) throws IOException {
            return person(home, site.outside(person), ledger, random, habits);
        }

        BusyPerson inside(String person, Ledger ledger, Random random, BusyPerson.Habits habits) throws IOException {
            return person(desk, site.inside(person), ledger, random, habits);
        }

        private BusyPerson person(
                Phones phones, Account account, Ledger ledger, Random random, BusyPerson.Habits habits)
                throws IOException {
            return new BusyPerson(
                    account.username(),
                    phones,
                    phones.settings(account, PATIENCE),
                    ledger,
                    everybody,
                    random.nextLong(),
                    habits);
        }

        @Override
        public void close() {
            home.close();
            desk.close();
            site.close();
        }
    }
}
