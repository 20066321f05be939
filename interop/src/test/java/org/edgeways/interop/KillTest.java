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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * People outside and inside write to each other, come and go, while pool and edge are killed with {@code kill -9} at
 * random moments and started again. Then the {@link Ledger} is balanced: nothing that was acknowledged is lost, nothing
 * comes twice without need, in order and with its time. Replay a failure's choices with {@code -Dkill.seed=…} (the
 * moments are real time: another run with the same seed kills at about the same moments, no more).
 */
@Tag("interop")
class KillTest {

    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final List<String> PEOPLE = List.of("alice", "bob", "carol", "dave");

    private static final int KILLS_PER_ROUND = 10;

    private enum Victim {
        POOL,
        EDGE
    }

    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @Test
    void whatWasAcknowledgedIsDeliveredAlthoughPoolAndEdgeAreKilled() throws Exception {
        System.out.println("kills with seed " + seed);
        Random random = new Random(seed);
        try (Deployment deployment = Deployment.start("kill");
                Phones phones = new Phones()) {
            play(
                    deployment,
                    phones,
                    random,
                    List.of(Victim.POOL, Victim.POOL, Victim.EDGE, Victim.POOL, Victim.EDGE, Victim.POOL));
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
        try (Deployment deployment = Deployment.start("soak-kill");
                Phones phones = new Phones()) {
            while (System.nanoTime() - end < 0) {
                List<Victim> victims = new ArrayList<>();
                for (int i = 0; i < KILLS_PER_ROUND; i++) {
                    victims.add(random.nextInt(4) == 0 ? Victim.EDGE : Victim.POOL);
                }
                Ledger.Sums sums = play(deployment, phones, random, victims);
                kills += victims.size() + 1;
                System.out.println("soak: " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s, " + kills
                        + " kills; this round " + sums);
            }
        }
    }

    /** One round: traffic during the kills, then everybody signs in, and the ledger is balanced. */
    private Ledger.Sums play(Deployment deployment, Phones phones, Random random, List<Victim> victims)
            throws Exception {
        Ledger ledger = new Ledger();
        List<BusyPerson> people = new ArrayList<>();
        try {
            people.add(person(phones, deployment.outside("alice"), ledger, random, 4_000));
            people.add(person(phones, deployment.outside("bob"), ledger, random, 500));
            people.add(person(phones, deployment.inside("carol"), ledger, random, 0));
            people.add(person(phones, deployment.inside("dave"), ledger, random, 700));
            for (Victim victim : victims) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(1_500)));
                kill(deployment, ledger, victim);
            }
            for (BusyPerson person : people) {
                person.beQuiet();
            }
            BusyPerson.drain(people, ledger);
            Ledger.Sums sums = ledger.sums();
            // what was delivered and forgotten stays forgotten
            int copies = ledger.sums().copies();
            kill(deployment, ledger, Victim.POOL);
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
            return sums;
        } finally {
            people.forEach(BusyPerson::close);
        }
    }

    private static BusyPerson person(Phones phones, Account account, Ledger ledger, Random random, int presence)
            throws IOException {
        return new BusyPerson(
                account.username(),
                phones,
                phones.settings(account, PATIENCE),
                ledger,
                PEOPLE,
                random.nextLong(),
                BusyPerson.Habits.hectic(presence));
    }

    private static void kill(Deployment deployment, Ledger ledger, Victim victim) {
        switch (victim) {
            case POOL -> {
                deployment.killPool();
                ledger.killed();
                deployment.startPool();
            }
            case EDGE -> {
                deployment.killEdge();
                ledger.killed();
                deployment.startEdge();
            }
        }
    }
}
