package org.edgeways.net;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.IntSupplier;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The event loops that all roles of a process share, numbered from zero, and one more that only accepts connections.
 * Closing them ends every channel on them.
 */
public final class EventLoops implements AutoCloseable {

    /** How many loops there can be at most: their number goes into the low bits of flow numbers. */
    public static final int MAXIMUM = 256;

    private final MultiThreadIoEventLoopGroup workers;
    private final MultiThreadIoEventLoopGroup acceptors;
    private final List<EventLoop> loops = new ArrayList<>();

    /**
     * Starts loops.
     *
     * @param count how many, 1 to {@value #MAXIMUM}
     */
    public EventLoops(int count) {
        this(count, Gathering::new);
    }

    /** As they are, but for how long they let things gather. */
    EventLoops(int count, Supplier<@Nullable Gathering> gathering) {
        if (count < 1 || count > MAXIMUM) {
            throw new IllegalArgumentException("number of event loops: " + count);
        }
        workers = new Group(count, "loop", gathering);
        acceptors = new Group(1, "accept", () -> null);
        for (EventExecutor worker : workers) {
            loops.add((EventLoop) worker);
        }
    }

    /**
     * Loops that look at once whatever comes, for who measures others and must not add to what is measured.
     *
     * @param count how many, 1 to {@value #MAXIMUM}
     */
    public static EventLoops prompt(int count) {
        return new EventLoops(count, () -> null);
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {

        Group(int count, String name, Supplier<@Nullable Gathering> gathering) {
            super(count, new DefaultThreadFactory(name, true), NioIoHandler.newFactory(), gathering);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... arguments) {
            Supplier<?> gathering = (Supplier<?>) arguments[0];
            return new Loop(this, executor, (Gathering) gathering.get());
        }
    }

    /**
     * A loop that ends its channels whenever it ends. Netty's own looks whether it is to end before it runs its tasks; one that is
     * told to end while it runs them stops with its channels open, and what waits in them is never released.
     *
     * <p>Where much comes in small pieces it lets them {@link Gathering gather}: then one wake-up serves several connections, and what goes
     * to one of them goes as one TLS record.
     */
    private static final class Loop extends SingleThreadIoEventLoop {
        private final @Nullable Gathering gathering;
        private int handled;

        Loop(IoEventLoopGroup group, Executor executor, @Nullable Gathering gathering) {
            super(
                    group,
                    executor,
                    NioIoHandler.newFactory(
                            SelectorProvider.provider(), () -> (ready, tasks) -> look(gathering, ready, tasks)));
            this.gathering = gathering;
        }

        @Override
        protected int runIo() {
            if (gathering != null && !hasTasks()) {
                long now = ticker().nanoTime();
                int micros = gathering.pause(now, handled, delayNanos(now));
                if (micros > 0) {
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
                }
            }
            handled = super.runIo();
            return handled;
        }

        /** What is ready now, or {@link SelectStrategy#SELECT} to wait for it. */
        private static int look(@Nullable Gathering gathering, IntSupplier ready, boolean tasks) throws Exception {
            if (tasks) {
                return ready.get();
            }
            if (gathering == null || !gathering.isTrying()) {
                return SelectStrategy.SELECT;
            }
            int now = ready.get();
            gathering.waited(now > 0);
            return now > 0 ? now : SelectStrategy.SELECT;
        }

        @Override
        protected boolean confirmShutdown() {
            if (isShuttingDown()) {
                ioHandler().prepareToDestroy(); // what closing them leaves to be done is done before this is confirmed
            }
            return super.confirmShutdown();
        }
    }

    /** One loop for each processor. */
    public static EventLoops perProcessor() {
        return new EventLoops(Math.min(MAXIMUM, Runtime.getRuntime().availableProcessors()));
    }

    /** How many loops there are. */
    public int size() {
        return loops.size();
    }

    /** The loop of that number, zero to {@code size() - 1}. */
    public EventLoop loop(int number) {
        return loops.get(number);
    }

    /**
     * The number of one of our loops.
     *
     * @throws IllegalArgumentException if it is not ours
     */
    public int numberOf(EventLoop loop) {
        int number = loops.indexOf(loop);
        if (number < 0) {
            throw new IllegalArgumentException("not one of these loops: " + loop);
        }
        return number;
    }

    /** The loops as a group, for connections. */
    public EventLoopGroup workers() {
        return workers;
    }

    /** The loop that accepts. */
    public EventLoopGroup acceptors() {
        return acceptors;
    }

    /** Ends all loops and waits up to five seconds for it. */
    @Override
    public void close() {
        var accepting = acceptors.shutdownGracefully(0, 3, TimeUnit.SECONDS);
        var working = workers.shutdownGracefully(0, 3, TimeUnit.SECONDS);
        accepting.awaitUninterruptibly(5, TimeUnit.SECONDS);
        working.awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
