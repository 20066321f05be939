package org.edgeways.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The generator against its own answerers, over TCP and through a relay that can lose and delay. No time is asserted. */
class LoadGeneratorTest {

    private static final int CALLERS = 5;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private LoadGenerator generator() {
        LoadGenerator generator = new LoadGenerator("bench.example", null);
        open.add(generator);
        return generator;
    }

    private LossyRelay relay(InetSocketAddress to) throws IOException {
        LossyRelay relay = new LossyRelay(to);
        open.add(relay);
        return relay;
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("30 s are over").isLessThan(until);
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    @Test
    void inAClosedLoopEveryMessageIsCountedAtBothEnds() throws IOException {
        LoadGenerator generator = generator();
        InetSocketAddress answerers = generator.listen(null, "sip:b@127.0.0.1:PORT");
        generator.connect(answerers, Wire.TCP, CALLERS, "");

        Load load = generator.closedLoop(Workload.MESSAGE, 3);
        await(() -> load.completed() > 1_000);
        Load.Counted counted = load.stop();

        assertThat(counted.lost()).isZero();
        assertThat(counted.failed()).isZero();
        assertThat(counted.completed()).isEqualTo(counted.started());
        assertThat(generator.received().messages()).isEqualTo(counted.started());
        assertThat(generator.received().registers()).isEqualTo(CALLERS);
        assertThat(load.takeLatencies().getTotalCount()).isEqualTo(counted.completed());
        assertThat(generator.strays()).isZero();
    }

    @Test
    void aCallIsCountedWhenItsByeIsAnsweredAndEveryAcknowledgementArrives() throws IOException {
        LoadGenerator generator = generator();
        InetSocketAddress answerers = generator.listen(null, "sip:b@127.0.0.1:PORT");
        generator.connect(answerers, Wire.TCP, CALLERS, "");

        Load load = generator.closedLoop(Workload.CALL, 1);
        await(() -> load.completed() > 200);
        Load.Counted counted = load.stop();

        assertThat(counted.lost()).isZero();
        assertThat(generator.received().invites()).isEqualTo(counted.completed());
        assertThat(generator.received().acknowledgements()).isEqualTo(counted.completed());
        assertThat(generator.received().byes()).isEqualTo(counted.completed());
    }

    @Test
    void whatTheServerLosesIsCountedAsLost() throws IOException {
        LoadGenerator generator = generator();
        LossyRelay relay = relay(generator.listen(null, "sip:b@127.0.0.1:PORT"));
        generator.connect(relay.address(), Wire.TCP, CALLERS, "");
        relay.loseEvery(10);

        Load load = generator.openLoop(Workload.MESSAGE, 2_000);
        await(() -> load.completed() > 500);
        Load.Counted counted = load.stop();

        assertThat(relay.lost()).isPositive();
        assertThat(counted.lost()).isEqualTo(relay.lost());
        assertThat(counted.completed()).isEqualTo(counted.started() - relay.lost());
        assertThat(generator.received().messages()).isEqualTo(counted.completed());
    }

    @Test
    void aStallOfTheGeneratorItselfIsInTheTimesOfAllWhoWereDueMeanwhile() throws IOException {
        LoadGenerator generator = generator();
        generator.connect(generator.listen(null, "sip:b@127.0.0.1:PORT"), Wire.TCP, CALLERS, "");

        Load load = generator.openLoop(Workload.MESSAGE, 200);
        await(() -> load.completed() > 100);
        var _ = load.takeLatencies();
        var _ = load.takeLateness();
        long stalled = TimeUnit.SECONDS.toNanos(2);
        long until = System.nanoTime() + stalled;
        long before = load.counted().started();
        generator.loop().execute(() -> {
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
        });
        await(() -> load.counted().started() > before + 500);
        load.stop();

        // of the 400 who were due meanwhile, those of the first second waited for more than another
        assertThat(slow(load.takeLatencies())).isGreaterThan(150);
        assertThat(slow(load.takeLateness())).isGreaterThan(150);
    }

    private static long slow(Histogram times) {
        long second = TimeUnit.SECONDS.toNanos(1);
        return times.getMaxValue() < second ? 0 : times.getCountBetweenValues(second, times.getMaxValue());
    }

    @ParameterizedTest
    @CsvSource({"486 Busy Here, false", "503 Service Unavailable, true"})
    void anErrorIsCountedAsFailedAndNotAsDoneAndByALimitAsRefused(String answer, boolean refused) throws IOException {
        LoadGenerator generator = generator();
        LossyRelay relay = relay(generator.listen(null, "sip:b@127.0.0.1:PORT"));
        generator.connect(relay.address(), Wire.TCP, CALLERS, "");
        relay.answerWith(answer);

        Load load = generator.openLoop(Workload.MESSAGE, 1_000);
        await(() -> load.counted().failed() > 100);
        Load.Counted counted = load.stop();

        assertThat(counted.completed()).isZero();
        assertThat(counted.failed()).isEqualTo(counted.started());
        assertThat(counted.refused()).isEqualTo(refused ? counted.failed() : 0);
    }
}
