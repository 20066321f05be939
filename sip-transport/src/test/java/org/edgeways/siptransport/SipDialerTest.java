package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.edgeways.siptransport.Loopback.Happening;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many links a dialer keeps, over real sockets. */
@Timeout(60)
class SipDialerTest {

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + Loopback.PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void linksThatAreTooManyEndOnlyWhenNothingHasComeOnThemForAWhile() throws Exception {
        Loopback.Recorder edge = new Loopback.Recorder(true);
        try (Loopback loopback = new Loopback();
                SipListener listener = SipListener.open(
                        loopback.context,
                        SipListenerSettings.tls(
                                        "inside-leg",
                                        Loopback.anyPort(),
                                        loopback.nodeTls("edge1"),
                                        loopback.admission())
                                .asLink(),
                        edge)) {
            SipDialerSettings settings = SipDialerSettings.of(
                            "link-edge1",
                            "127.0.0.1",
                            listener.localAddress().getPort(),
                            "edge1.perimeter.acorn.example",
                            loopback.serviceTls("pool"))
                    .withConnections(2);
            try (SipDialer dialer =
                    SipDialer.start(loopback.context, settings, new Loopback.Recorder(true), LinkListener.NONE)) {
                keeps(dialer, settings, edge);
            }
        }
    }

    private static void keeps(SipDialer dialer, SipDialerSettings settings, Loopback.Recorder edge) throws Exception {
        await(() -> dialer.open() == 2);
        dialer.use(settings.withConnections(4));
        await(() -> dialer.open() == 4);

        dialer.use(settings.withConnections(1));
        for (int i = 0; i < 4; i++) {
            edge.await(Happening.Opened.class);
        }
        assertThat(dialer.open()).as("not cut").isEqualTo(4);
        dialer.use(settings.withConnections(3));
        await(() -> dialer.open() == 6);
        dialer.keep(0, Duration.ofMillis(1));
        await(() -> dialer.open() == 3);
    }
}
