package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An organisation at work: a crowd outside and inside writes messages, signs in and out and registers again. First pool and
 * edge are killed with {@code kill -9} at random moments, then they are left alone; each time the {@link Ledger} is
 * balanced, and in the quiet time the memory of both has to stay as it is. Choices can be replayed with
 * {@code -Dcrowd.seed=…}.
 *
 * <p>After each kill it is awaited that people are served again. In the short form these are all of them; in the soak, where a
 * kill comes every 20 s whatever people are doing, as many as can be served between two kills on a slow machine too.
 */
@Tag("interop")
class CrowdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration RETURN = Duration.ofMinutes(3);
    /** Seven of ten are outside. */
    private static final int OUTSIDE_OF_TEN = 7;

    private static final int EDGE_OF = 3;
    /** One message for so many people has to be acknowledged between two kills. */
    private static final int SERVED_OF = 10;

    private static final long MIB = 1 << 20;

    /**
     * How large, and how long each part takes: so many kills at least, and that long at least.
     *
     * @param betweenKills from kill to kill, on average; half of it at least, one and a half times as long at most
     * @param waiting whether everybody is at work again before the next kill; else {@link #SERVED_OF} of them are served
     */
    private record Plan(
            String name,
            int people,
            int kills,
            Duration killing,
            Duration betweenKills,
            boolean waiting,
            Duration warmUp,
            Duration quiet,
            BusyPerson.Habits habits) {}

    private final long seed = Long.getLong("crowd.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Phones phones = new Phones();
    private Deployment deployment;
    private List<Account> accounts;

    @BeforeEach
    void start() {
        deployment = Deployment.start("crowd");
    }

    @AfterEach
    void stop() {
        phones.close();
        if (deployment != null) {
            deployment.close();
        }
    }

    @Test
    void aCrowdLosesNothingWhenPoolAndEdgeAreKilledAndMemoryStaysFlatWhenTheyAreNot() throws Exception {
        play(new Plan(
                "crowd",
                60,
                3,
                Duration.ZERO,
                Duration.ofSeconds(2),
                true,
                Duration.ofSeconds(8),
                Duration.ofSeconds(12),
                new BusyPerson.Habits(8_000, 3_000, 300, 1_500, 2_000)));
    }

    @Test
    @Tag("soak")
    @Tag("soak-messages")
    void fiveHundredClientsForTwentyMinutes() throws Exception {
        Duration part =
                Duration.ofMinutes(Integer.getInteger("soak.minutes", 20)).dividedBy(2);
        play(new Plan(
                "soak: messages",
                Integer.getInteger("crowd.people", 500),
                3,
                part,
                Duration.ofSeconds(20),
                false,
                part.dividedBy(4),
                part.multipliedBy(3).dividedBy(4),
                new BusyPerson.Habits(40_000, 10_000, 2_000, 8_000, 10_000)));
    }

    private void play(Plan plan) throws Exception {
        say(plan, "seed " + seed);
        accounts = deployment.addPeople("person", plan.people());
        Ledger killed = new Ledger();
        crowd(plan, killed, () -> kills(plan, killed));
        Ledger quiet = new Ledger();
        crowd(plan, quiet, () -> stayingFlat(plan, quiet));
    }

    private void crowd(Plan plan, Ledger ledger, Runnable meanwhile) throws Exception {
        List<String> names = accounts.stream().map(Account::username).toList();
        List<BusyPerson> people = new ArrayList<>();
        try {
            for (int i = 0; i < accounts.size(); i++) {
                Account outside = accounts.get(i);
                people.add(person(
                        i % 10 < OUTSIDE_OF_TEN ? outside : deployment.inside(outside), ledger, names, plan.habits()));
            }
            meanwhile.run();
            for (BusyPerson person : people) {
                person.beQuiet();
            }
            BusyPerson.drain(people, ledger);
            Ledger.Sums sums = ledger.sums();
            say(plan, sums.toString());
            assertThat(ledger.faults()).as("seed " + seed + "; " + sums).isEmpty();
            assertThat(sums.acknowledged()).as("it has seen something: " + sums).isGreaterThan(2 * plan.people());
            assertThat(sums.stored()).as("it has seen something: " + sums).isPositive();
        } finally {
            people.forEach(BusyPerson::leave);
            people.forEach(BusyPerson::close);
        }
    }

    private BusyPerson person(Account account, Ledger ledger, List<String> names, BusyPerson.Habits habits)
            throws IOException {
        return new BusyPerson(
                account.username(),
                phones,
                phones.settings(account, PATIENCE),
                ledger,
                names,
                random.nextLong(),
                habits);
    }

    private void kills(Plan plan, Ledger ledger) {
        atWork(plan, ledger);
        long began = System.nanoTime();
        long end = began + plan.killing().toNanos();
        long from = began;
        long last = began;
        int pools = 0;
        int edges = 0;
        while (pools + edges < plan.kills() || System.nanoTime() - end < 0) {
            // starting what was killed takes a part of that time; on a slow machine perhaps all of it
            rest(Duration.ofNanos(from - System.nanoTime())
                    .plus(plan.betweenKills()
                            .multipliedBy(50 + random.nextInt(100))
                            .dividedBy(100)));
            last = System.nanoTime();
            from = last;
            boolean edge = edges == 0 ? pools > 0 : random.nextInt(EDGE_OF) == 0;
            long killed = last;
            if (edge) {
                deployment.killEdge();
                ledger.killed();
                deployment.startEdge();
                edges++;
            } else {
                deployment.killPool();
                ledger.killed();
                deployment.startPool();
                pools++;
            }
            int messages = plan.waiting() ? 2 * plan.people() : Math.max(1, plan.people() / SERVED_OF);
            atWork(ledger, messages);
            long served = System.nanoTime();
            from = plan.waiting() ? served : from;
            say(
                    plan,
                    (edge ? "edge" : "pool") + " killed; " + messages + " messages have been acknowledged after "
                            + TimeUnit.NANOSECONDS.toMillis(served - killed) + " ms");
        }
        say(
                plan,
                "pool killed " + pools + " times, edge " + edges + " times, every "
                        + (last - began) / 1_000_000 / (pools + edges) + " ms");
        if (!plan.waiting()) {
            atWork(plan, ledger);
        }
    }

    /** However slow the machine is: everybody has had two messages acknowledged since. */
    private static void atWork(Plan plan, Ledger ledger) {
        atWork(ledger, 2 * plan.people());
    }

    private static void atWork(Ledger ledger, int messages) {
        int before = ledger.sums().acknowledged();
        Polling.until("people come back and write", RETURN, () -> ledger.sums().acknowledged() >= before + messages);
    }

    private void stayingFlat(Plan plan, Ledger ledger) {
        atWork(plan, ledger);
        rest(plan.warmUp());
        MemoryUse pool = deployment.poolMemory();
        MemoryUse edge = deployment.edgeMemory();
        atWork(plan, ledger);
        rest(plan.quiet());
        MemoryUse poolLater = deployment.poolMemory();
        MemoryUse edgeLater = deployment.edgeMemory();
        say(plan, "pool: " + pool + ", then " + poolLater);
        say(plan, "edge: " + edge + ", then " + edgeLater);
        flat("pool", pool, poolLater);
        flat("edge", edge, edgeLater);
    }

    private static void flat(String role, MemoryUse before, MemoryUse after) {
        assertThat(after.liveBytes())
                .as(role + ": reachable memory after " + before)
                .isLessThan(before.liveBytes() + before.liveBytes() / 5 + 4 * MIB);
        assertThat(after.residentBytes())
                .as(role + ": resident memory after " + before)
                .isLessThan(before.residentBytes() + before.residentBytes() / 5 + 32 * MIB);
    }

    private static void rest(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void say(Plan plan, String what) {
        System.out.println(plan.name() + ": " + what);
    }
}
