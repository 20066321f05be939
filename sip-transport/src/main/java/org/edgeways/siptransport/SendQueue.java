package org.edgeways.siptransport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on one connection, in order: messages from any thread, which the event loop drains in one flush, and how many
 * bytes of them the other end has not taken yet.
 */
final class SendQueue {

    /** The most that is joined: what one TLS record holds (RFC 8446 section 5.1). */
    private static final int JOINED_BYTES = 1 << 14;

    /** What a response begins with. */
    private static final byte[] STATUS_LINE = "SIP/2.0 ".getBytes(StandardCharsets.US_ASCII);

    private final ConnectionSetup setup;
    private final Channel channel;
    private final ChannelSipConnection.Packing packing;
    private final IntConsumer sending;

    private final ConcurrentLinkedQueue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile boolean congested;

    // the event loop's own
    private long lastTaken;
    private int inFlight;

    /**
     * Empty.
     *
     * @param sending is given the length of each message just before it is written, on the event loop
     */
    SendQueue(ConnectionSetup setup, Channel channel, ChannelSipConnection.Packing packing, IntConsumer sending) {
        this.setup = setup;
        this.channel = channel;
        this.packing = packing;
        this.sending = sending;
    }

    /** The connection begins; on the event loop. */
    void open(long now) {
        lastTaken = now;
    }

    /** Adds a message; false if that would be more than may wait. From any thread. */
    boolean add(byte[] message) {
        if (!reserve(message)) {
            congested = true;
            relieved(); // if all was taken in between nothing else would say so
            setup.counters().full().increment();
            return false;
        }
        waiting.add(message);
        setup.counters().sent().increment();
        if (draining.compareAndSet(false, true)) {
            channel.eventLoop().execute(this::drain);
        }
        return true;
    }

    private boolean reserve(byte[] message) {
        int length = message.length;
        long most = most(message);
        while (true) {
            long queued = queuedBytes.get();
            if (queued + length > most && queued > most / 2) {
                return false;
            }
            if (queuedBytes.compareAndSet(queued, queued + length)) {
                return true;
            }
        }
    }

    /**
     * How much may wait when this is added, which is taken however large it is if not half of that waits. Responses have room of
     * their own behind the largest request, since whoever does not get one waits as long as transactions last; there are no more of
     * them than of requests that were taken. A link is everybody's: on it a few large requests leave half to the many small ones.
     */
    private long most(byte[] message) {
        SipConnectionSettings limits = setup.settings();
        long most = limits.queueBytes();
        if (isResponse(message)) {
            return 2 * most
                    + limits.message().headerSectionBytes()
                    + limits.message().bodyBytes();
        }
        return setup.link() && message.length > JOINED_BYTES ? most / 2 : most;
    }

    private static boolean isResponse(byte[] message) {
        return message.length > STATUS_LINE.length
                && Arrays.equals(message, 0, STATUS_LINE.length, STATUS_LINE, 0, STATUS_LINE.length);
    }

    /** More waits than may, or did and not half of it is taken. From any thread. */
    boolean isCongested() {
        return congested;
    }

    // ---- on the event loop

    /** Writes all that waits. */
    void drain() {
        draining.set(false);
        byte[] message = next();
        if (message == null) {
            return;
        }
        while (message != null) {
            byte[] next = next();
            if (next == null || !packing.joins() || message.length + next.length > JOINED_BYTES) {
                var _ = write(packing.pack(channel, message), message.length);
                message = next;
            } else {
                ByteBuf joined = channel.alloc().directBuffer(JOINED_BYTES).writeBytes(message);
                while (next != null && joined.readableBytes() + next.length <= JOINED_BYTES) {
                    joined.writeBytes(next);
                    next = next();
                }
                var _ = write(joined, joined.readableBytes());
                message = next;
            }
        }
        channel.flush();
    }

    private byte @Nullable [] next() {
        byte[] message = waiting.poll();
        if (message != null) {
            sending.accept(message.length);
        }
        return message;
    }

    /** Writes all that waits and then this, whatever the limit; done when the other end's TCP has taken it. */
    ChannelFuture behindAll(byte[] message) {
        drain();
        queuedBytes.addAndGet(message.length);
        setup.counters().sent().increment();
        ChannelFuture written = write(packing.pack(channel, message), message.length);
        channel.flush();
        return written;
    }

    private ChannelFuture write(Object packed, int length) {
        if (inFlight++ == 0) {
            lastTaken = now();
        }
        return channel.write(packed).addListener(future -> taken(length));
    }

    private void taken(int length) {
        inFlight--;
        lastTaken = now();
        queuedBytes.addAndGet(-length);
        relieved();
    }

    private void relieved() {
        if (queuedBytes.get() <= setup.settings().queueBytes() / 2) {
            congested = false;
        }
    }

    private long now() {
        return setup.context().clock().now();
    }

    /** Something waits, or was written and is not taken yet. */
    boolean hasUntaken() {
        return queuedBytes.get() > 0;
    }

    /** Something was written and is not taken yet. */
    boolean isInFlight() {
        return inFlight > 0;
    }

    /** When something was last taken, or was written while nothing else was on its way; nanoseconds since 1970. */
    long lastTaken() {
        return lastTaken;
    }

    /** The connection is over: forgets what waits. */
    void clear() {
        waiting.clear();
    }
}
