package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeskTest {

    @Test
    void whatIsRepeatedGoesOnAfterItHasBroken() throws Exception {
        CountDownLatch thrice = new CountDownLatch(3);
        try (Desk desk = new Desk("test")) {
            desk.repeat(
                    () -> {
                        thrice.countDown();
                        throw new IllegalStateException("broken for the test");
                    },
                    Duration.ZERO,
                    Duration.ofMillis(1));
            assertThat(thrice.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(desk.ask(() -> "answer")).isEqualTo("answer");
        }
    }

    @Test
    void aBrokenTaskTouchesNoOther() {
        AtomicInteger done = new AtomicInteger();
        try (Desk desk = new Desk("test")) {
            desk.execute(() -> {
                throw new IllegalStateException("broken for the test");
            });
            desk.execute(done::incrementAndGet);
            assertThat(desk.ask(done::get)).isEqualTo(1);
        }
    }

    @Test
    void whoAsksIsToldWhatWentWrong() {
        try (Desk desk = new Desk("test")) {
            assertThatThrownBy(() -> desk.ask(() -> {
                        throw new IllegalArgumentException("as it is");
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("as it is");
            assertThatThrownBy(() -> desk.ask(() -> {
                        throw new IOException("disk");
                    }))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void aClosedDeskHasDoneWhatCameBeforeAndDoesNothingMore() {
        AtomicInteger done = new AtomicInteger();
        Desk desk = new Desk("test");
        desk.execute(done::incrementAndGet);
        desk.close();
        desk.execute(done::incrementAndGet);
        assertThat(done).hasValue(1);
        assertThatThrownBy(() -> desk.ask(done::incrementAndGet)).isInstanceOf(RejectedExecutionException.class);
        assertThat(done).hasValue(1);
    }
}
