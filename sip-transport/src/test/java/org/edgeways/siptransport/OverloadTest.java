package org.edgeways.siptransport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** More work waits at a shard than it takes. */
final class OverloadTest {

    @Test
    void aRequestPastWhatMayWaitIsAnswered503WithAToTag() throws Exception {
        Loopback.Recorder events = new Loopback.Recorder(false);
        try (Loopback loopback = new Loopback();
                SipListener listener = loopback.listenTls(SipConnectionSettings.DEFAULT, events);
                SipUserAgent alice = SipUserAgent.connect(loopback.context, loopback.alice(listener))) {
            IdleEngine engine = new IdleEngine();
            SipShards shards =
                    SipShards.single(loopback.context, OutboundSettings.none(), (shard, transmitter) -> () -> engine);
            Loopback.Happening.Opened opened = events.await(Loopback.Happening.Opened.class);
            CountDownLatch hold = new CountDownLatch(1);
            SipExchange exchange = alice.start(alice.newRequest("OPTIONS", "sip:acorn.example"));
            SipMessage request = events.await(Loopback.Happening.Received.class).message();
            // further than one, since the first is being done while the others wait
            shards.shard(0).execute(now -> awaitQuietly(hold));
            for (int i = 0; i <= SipShards.MOST_WAITING + 1; i++) {
                shards.shard(0).execute(now -> {});
            }
            shards.received(
                    opened.connection(), request, loopback.context.clock().now());
            hold.countDown();
            SipMessage answer = exchange.awaitFinal();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.toTag()).isNotNull();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
