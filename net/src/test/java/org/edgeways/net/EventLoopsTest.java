package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EventLoopsTest {

    @Test
    void loopsAreNumberedFromZero() {
        try (EventLoops loops = new EventLoops(3);
                EventLoops others = new EventLoops(1)) {
            assertThat(loops.size()).isEqualTo(3);
            assertThat(loops.numberOf(loops.loop(2))).isEqualTo(2);
            assertThatThrownBy(() -> loops.numberOf(others.loop(0))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void thereMustBeAtLeastOneAndNotMoreThanTheLimit() {
        assertThatThrownBy(() -> new EventLoops(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EventLoops(EventLoops.MAXIMUM + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLoopThatIsBusyWhenItIsClosedEndsItsChannelsAllTheSame() throws Exception {
        EventLoops loops = new EventLoops(1);
        CompletableFuture<Void> removed = new CompletableFuture<>();
        Channel channel = new Bootstrap()
                .group(loops.workers())
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerRemoved(ChannelHandlerContext handler) {
                        removed.complete(null);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        CountDownLatch busy = new CountDownLatch(1);
        loops.loop(0).execute(() -> {
            busy.countDown();
            while (!loops.loop(0).isShuttingDown()) {
                Thread.onSpinWait();
            }
        });
        busy.await();

        loops.close();

        assertThat(channel.isOpen()).isFalse();
        assertThat(removed).as("its handlers have let go of what they held").isCompleted();
    }

    @Test
    void clockGoesForwardFromTheWallClocksTime() {
        ProcessClock clock = new ProcessClock();
        long before = clock.now();
        assertThat(clock.now()).isGreaterThanOrEqualTo(before);
        assertThat(before / 1_000_000)
                .isBetween(System.currentTimeMillis() - 5_000, System.currentTimeMillis() + 5_000);
    }

    /** Sends datagrams to itself until {@code enough} have come. */
    private static void talk(EventLoops loops, int enough) throws Exception {
        CompletableFuture<Void> all = new CompletableFuture<>();
        Channel channel = new Bootstrap()
                .group(loops.workers())
                .channel(NioDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    private int come;

                    @Override
                    protected void channelRead0(ChannelHandlerContext handler, DatagramPacket packet) {
                        if (++come == enough) {
                            all.complete(null);
                        } else {
                            var _ = handler.writeAndFlush(
                                    new DatagramPacket(packet.content().retain(), packet.sender(), packet.sender()));
                        }
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        InetSocketAddress self = (InetSocketAddress) channel.localAddress();
        var _ = channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(new byte[8]), self, self));
        all.get();
    }

    @Test
    void aLoopSaysWhatItsWaitsBringAndDoesWhatIsDueWhileThingsGather() throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger pauses = new AtomicInteger();
        Gathering always = new Gathering() {
            @Override
            public int pause(long now, int received, long timeoutNanos) {
                most.accumulateAndGet(received, Math::max);
                pauses.incrementAndGet();
                return MICROS;
            }
        };
        try (EventLoops loops = new EventLoops(1, () -> always)) {
            loops.loop(0).schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
            talk(loops, 20);
        }
        assertThat(pauses.get()).as("between any two of the datagrams").isGreaterThanOrEqualTo(19);
        assertThat(most.get()).isPositive();
    }

    @Test
    void aLoopThatTriesTellsWhetherSomethingWasThere() throws Exception {
        AtomicInteger told = new AtomicInteger();
        Gathering trying = new Gathering() {
            @Override
            public int pause(long now, int received, long timeoutNanos) {
                return 0;
            }

            @Override
            public boolean isTrying() {
                return true;
            }

            @Override
            public void waited(boolean atOnce) {
                told.incrementAndGet();
            }
        };
        try (EventLoops loops = new EventLoops(1, () -> trying)) {
            talk(loops, 20);
        }
        assertThat(told.get()).isPositive();
    }
}
