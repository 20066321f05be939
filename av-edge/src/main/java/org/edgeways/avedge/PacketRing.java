package org.edgeways.avedge;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.edgeways.turn.engine.Forward;

/**
 * Packets that other threads give to a shard, in the order in which they came; bounded, and nothing is allocated. There are two
 * memories: one is filled while the other is emptied. What anybody may send, frames and datagrams of clients, has at most half of it.
 */
final class PacketRing {

    /** Takes packets out. */
    interface Taker {
        /** A frame of a client's stream; {@code buffer} is good until the next {@link #take}. */
        void taken(int handle, MemorySegment buffer, long offset, int length);

        /**
         * A datagram that came to another shard, of a client whose allocation is here or of a request that names this shard.
         *
         * @param origin the shard that it came to
         */
        void taken(
                int origin, int listener, long high, long low, int port, MemorySegment buffer, long offset, int length);

        /** What another shard's {@link Forward.Kind#TO_SHARD} said. */
        void taken(
                boolean ipv6,
                int relayPort,
                long high,
                long low,
                int port,
                MemorySegment buffer,
                long offset,
                int length);
    }

    private static final int HEAD_BYTES = 48;
    private static final int ALIGNMENT = 8;

    /** A frame that a client's stream brought. */
    private static final int FRAME = 0;

    /** What another shard relays. */
    private static final int RELAYED = 1;

    /** A client's datagram that came to another shard. */
    private static final int FOREIGN = 2;

    /** Held by its monitor: threads that wait for a lock of the library are objects in its queue. */
    private final Object lock = new Object();

    private final long capacity;
    private MemorySegment filling;
    private MemorySegment emptying;
    private long filled;
    private long frames; // bytes of frames in what is filled

    /** @param bytes for packets that wait, with about 100 bytes beside each */
    PacketRing(int bytes) {
        capacity = bytes;
        filling = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        emptying = Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }

    /** Whether there is nothing to take. */
    boolean isEmpty() {
        synchronized (lock) {
            return filled == 0;
        }
    }

    /**
     * Adds a frame.
     *
     * @return {@link #FULL}, {@link #FIRST} if the shard may have to be woken up, or {@link #MORE}
     */
    int frame(int handle, MemorySegment from, long offset, int length) {
        return put(FRAME, handle, false, 0, 0, 0, 0, from, offset, length);
    }

    /** Adds what is relayed, as {@link #frame} does. */
    int relayed(Forward forward, MemorySegment from) {
        return put(
                RELAYED,
                0,
                forward.ipv6(),
                forward.port(),
                forward.high(),
                forward.low(),
                forward.relayPort(),
                from,
                forward.offset(),
                forward.length());
    }

    /** Adds a client's datagram that came to another shard, as {@link #frame} does. */
    int foreign(int origin, int listener, long high, long low, int port, MemorySegment from, long offset, int length) {
        return put(FOREIGN, origin, false, listener, high, low, port, from, offset, length);
    }

    /** There is no room. */
    static final int FULL = -1;

    /** It was empty before. */
    static final int FIRST = 0;

    /** It was not. */
    static final int MORE = 1;

    private int put(
            int kind,
            int handle,
            boolean ipv6,
            int relayPort,
            long high,
            long low,
            int port,
            MemorySegment from,
            long offset,
            int length) {
        synchronized (lock) {
            long at = filled;
            long payload = at + HEAD_BYTES + Forward.HEADROOM;
            long next = payload + length + Forward.TAILROOM + ALIGNMENT - 1 & -ALIGNMENT;
            boolean tooManyFrames = kind != RELAYED && frames + next - at > capacity / 2;
            if (next > capacity || tooManyFrames) {
                return FULL;
            }
            if (kind != RELAYED) {
                frames += next - at;
            }
            filling.set(ValueLayout.JAVA_INT, at, kind);
            filling.set(ValueLayout.JAVA_INT, at + 4, length);
            filling.set(ValueLayout.JAVA_INT, at + 8, handle);
            filling.set(ValueLayout.JAVA_INT, at + 12, ipv6 ? 1 : 0);
            filling.set(ValueLayout.JAVA_INT, at + 16, relayPort);
            filling.set(ValueLayout.JAVA_INT, at + 20, port);
            filling.set(ValueLayout.JAVA_LONG, at + 24, high);
            filling.set(ValueLayout.JAVA_LONG, at + 32, low);
            filling.set(ValueLayout.JAVA_LONG, at + 40, next);
            MemorySegment.copy(from, offset, filling, payload, length);
            filled = next;
            return at == 0 ? FIRST : MORE;
        }
    }

    /** Takes all out that there is. For the shard's thread only. */
    void take(Taker taker) {
        long end;
        synchronized (lock) {
            end = filled;
            filled = 0;
            frames = 0;
            MemorySegment full = filling;
            filling = emptying;
            emptying = full;
        }
        MemorySegment from = emptying;
        for (long at = 0; at < end; at = from.get(ValueLayout.JAVA_LONG, at + 40)) {
            long payload = at + HEAD_BYTES + Forward.HEADROOM;
            int length = from.get(ValueLayout.JAVA_INT, at + 4);
            int kind = from.get(ValueLayout.JAVA_INT, at);
            if (kind == FRAME) {
                taker.taken(from.get(ValueLayout.JAVA_INT, at + 8), from, payload, length);
            } else if (kind == FOREIGN) {
                taker.taken(
                        from.get(ValueLayout.JAVA_INT, at + 8),
                        from.get(ValueLayout.JAVA_INT, at + 16),
                        from.get(ValueLayout.JAVA_LONG, at + 24),
                        from.get(ValueLayout.JAVA_LONG, at + 32),
                        from.get(ValueLayout.JAVA_INT, at + 20),
                        from,
                        payload,
                        length);
            } else {
                taker.taken(
                        from.get(ValueLayout.JAVA_INT, at + 12) != 0,
                        from.get(ValueLayout.JAVA_INT, at + 16),
                        from.get(ValueLayout.JAVA_LONG, at + 24),
                        from.get(ValueLayout.JAVA_LONG, at + 32),
                        from.get(ValueLayout.JAVA_INT, at + 20),
                        from,
                        payload,
                        length);
            }
        }
    }
}
