package org.edgeways.avedge.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.edgeways.avedge.udp.DatagramSockets.Count;
import org.edgeways.turn.engine.Forward;

/**
 * Where datagrams lie from when they are received until what becomes of them is sent. What the system has received as one
 * (UDP_GRO) is taken apart by copying, so that each has room around it. All memory is there from the start; pages that were
 * never needed cost nothing.
 */
final class ReceiveSlots {

    /** Most messages of one call. */
    static final int BATCH = 64;

    /** Messages that can lie here at once. */
    static final int SLOTS = 2 * BATCH;

    private static final byte LEAST_OF_SHARED = 16;

    /** How many times as much is asked for, where there was more than that. */
    private static final int MORE = 4;

    /** What the longest datagram needs, and an odd number of cache lines: else all would fall into the same few. */
    private static final int SLOT_BYTES = 65_536 + 5 * 64;

    /** Where a datagram begins in its slot. */
    private static final int SLOT_OFFSET = 64;

    private static final int CACHE_LINE = 64;
    private static final int APART_BYTES = 1 << 20;
    private static final int COPIES_BYTES = 1 << 18;
    private static final long APART_AT = (long) SLOTS * SLOT_BYTES;
    private static final long COPIES_AT = APART_AT + APART_BYTES;

    // struct mmsghdr { struct msghdr { name, namelen, iov, iovlen, control, controllen, flags }, len }
    private static final int MESSAGE_BYTES = 64;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int LENGTH = 56;
    private static final int VECTOR_BYTES = 16;

    // struct cmsghdr { len, level, type }, and 32 bits of segment length
    private static final int CONTROL_BYTES = 64;
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int SEGMENT_AT = 16;
    private static final int SEGMENT_CONTROL_LENGTH = 20;
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;

    private final SystemCalls calls;
    private final Counts counts;
    private final SendQueue queue;
    private final MemorySegment memory;
    private final MemorySegment messages;
    private final MemorySegment names;
    private final MemorySegment controls;

    /** By socket: how many messages the next call asks for. */
    private byte[] asked = {};

    /** By socket: how many at least. */
    private byte[] least = {};

    /** By socket: the wait after which it was last received from. */
    private int[] lastWait = {};

    private int waits;
    private int used;
    private long apart;
    private long copies;

    ReceiveSlots(Arena arena, SystemCalls calls, Counts counts, SendQueue queue) {
        this.calls = calls;
        this.counts = counts;
        this.queue = queue;
        memory = arena.allocate(COPIES_AT + COPIES_BYTES, CACHE_LINE);
        messages = arena.allocate((long) SLOTS * MESSAGE_BYTES, CACHE_LINE);
        names = arena.allocate((long) SLOTS * SocketNames.BYTES, CACHE_LINE);
        controls = arena.allocate((long) SLOTS * CONTROL_BYTES, CACHE_LINE);
        MemorySegment vectors = arena.allocate((long) SLOTS * VECTOR_BYTES, CACHE_LINE);
        for (int i = 0; i < SLOTS; i++) {
            long vector = (long) i * VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, memory.address() + slot(i));
            vectors.set(JAVA_LONG, vector + Long.BYTES, DatagramSockets.LONGEST_DATAGRAM);
            long message = (long) i * MESSAGE_BYTES;
            messages.set(JAVA_LONG, message, names.address() + (long) i * SocketNames.BYTES);
            messages.set(JAVA_LONG, message + VECTORS, vectors.address() + vector);
            messages.set(JAVA_LONG, message + VECTOR_COUNT, 1);
            messages.set(JAVA_LONG, message + CONTROL, controls.address() + (long) i * CONTROL_BYTES);
        }
    }

    private static long slot(int message) {
        return (long) message * SLOT_BYTES + SLOT_OFFSET;
    }

    /** Sends what points here and forgets it: all slots are free again. */
    void flush() {
        queue.flush();
        used = 0;
        apart = 0;
        copies = 0;
    }

    /** Free slots. */
    int free() {
        return SLOTS - used;
    }

    /** Messages that were received since {@link #flush}. */
    int used() {
        return used;
    }

    /**
     * A socket was opened; nothing is known of what comes to it.
     *
     * @param shared whether much is to come
     */
    void socket(int number, boolean shared) {
        if (number >= asked.length) {
            int more = Math.max(2 * asked.length, number + 1);
            asked = Arrays.copyOf(asked, more);
            least = Arrays.copyOf(least, more);
            lastWait = Arrays.copyOf(lastWait, more);
        }
        asked[number] = BATCH;
        least[number] = shared ? LEAST_OF_SHARED : 1;
    }

    /** How many messages the next call for a socket asks for. */
    int asked(int socket) {
        return asked[socket];
    }

    /**
     * A wait is over.
     *
     * @param atOnce whether it took no time: then what is there may have been there in the wait before
     */
    void waited(boolean atOnce) {
        waits += atOnce ? 1 : 2;
    }

    /**
     * Receives what waits at one socket and hands it on.
     *
     * <p>A call that asks for more than there is looks once more in vain, which costs about as much as a datagram. So it asks for
     * one, where one has come at a time, and for more if there was still something in the next wait. It goes by what was before, since a
     * socket of which more is left is ready at once in the next wait.
     *
     * @param limit messages, not more than are {@link #free}
     */
    void receive(int socket, int descriptor, int limit, DatagramSockets.Receiver receiver) {
        int first = used;
        boolean again = lastWait[socket] == waits - 1;
        lastWait[socket] = waits;
        int most = Math.min(limit, asked[socket]);
        for (int i = first; i < first + most; i++) {
            long message = (long) i * MESSAGE_BYTES;
            messages.set(JAVA_INT, message + NAME_LENGTH, SocketNames.BYTES);
            messages.set(JAVA_LONG, message + CONTROL_LENGTH, CONTROL_BYTES);
        }
        int received = calls.receiveMany(descriptor, messages.address() + (long) first * MESSAGE_BYTES, most);
        counts.add(Count.RECEIVE_CALLS, 1);
        if (received < 0) {
            if (calls.error() != SystemCalls.EAGAIN && calls.error() != SystemCalls.EINTR) {
                counts.add(SendQueue.count(calls.error()), 1);
            }
            return;
        }
        used += received;
        if (received < most) {
            asked[socket] = (byte) Math.clamp(received <= 1 ? 1 : 2L * received, least[socket], BATCH);
        } else if (again) {
            asked[socket] = (byte) Math.min(BATCH, MORE * most);
        }
        for (int i = first; i < first + received; i++) {
            hand(socket, i, receiver);
        }
    }

    private void hand(int socket, int slot, DatagramSockets.Receiver receiver) {
        long name = (long) slot * SocketNames.BYTES;
        long high = SocketNames.high(names, name);
        long low = SocketNames.low(names, name);
        int port = SocketNames.port(names, name);
        int length = messages.get(JAVA_INT, (long) slot * MESSAGE_BYTES + LENGTH);
        int segment = segment(slot);
        long at = slot(slot);
        if (segment <= 0 || length <= segment) {
            counts.add(Count.RECEIVED, 1);
            receiver.received(socket, high, low, port, memory, at, length);
            return;
        }
        for (int taken = 0; taken < length; taken += segment) {
            int bytes = Math.min(segment, length - taken);
            long copy = room(bytes);
            MemorySegment.copy(memory, at + taken, memory, copy, bytes);
            counts.add(Count.RECEIVED, 1);
            receiver.received(socket, high, low, port, memory, copy, bytes);
        }
    }

    /** The length of each datagram in a message that holds several; 0 if it is one. */
    private int segment(int slot) {
        long control = (long) slot * CONTROL_BYTES;
        boolean several =
                messages.get(JAVA_LONG, (long) slot * MESSAGE_BYTES + CONTROL_LENGTH) >= SEGMENT_CONTROL_LENGTH
                        && controls.get(JAVA_INT, control + CONTROL_LEVEL) == SOL_UDP
                        && controls.get(JAVA_INT, control + CONTROL_TYPE) == UDP_GRO;
        return several ? controls.get(JAVA_INT, control + SEGMENT_AT) : 0;
    }

    /** Room for one that came with others. */
    private long room(int bytes) {
        long needed = (SLOT_OFFSET + (long) bytes + Forward.TAILROOM + CACHE_LINE - 1) & -CACHE_LINE;
        if (apart + needed > APART_BYTES) {
            queue.flush(); // nothing points here now
            apart = 0;
            copies = 0;
        }
        long at = APART_AT + apart + SLOT_OFFSET;
        apart += needed;
        return at;
    }

    /** True if that is where datagrams lie: what is sent from there needs no copy. */
    boolean isOwn(MemorySegment buffer) {
        return buffer.isNative() && buffer.address() == memory.address();
    }

    /** The address of what lies here. */
    long address(long offset) {
        return memory.address() + offset;
    }

    /** Keeps a copy until the next flush, and says its address. */
    long copy(MemorySegment from, long offset, int length) {
        if (copies + length > COPIES_BYTES) {
            queue.flush();
            copies = 0;
        }
        long at = COPIES_AT + copies;
        MemorySegment.copy(from, offset, memory, at, length);
        copies += length;
        return address(at);
    }
}
