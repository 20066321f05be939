package org.edgeways.avedge.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.edgeways.avedge.udp.DatagramSockets.Count;

/**
 * Datagrams that wait to be sent, in their order for each socket, and how they are sent with few calls: those of one socket with
 * one {@code sendmmsg}, and neighbours among them that go to the same place and have the same length as one message that the
 * system cuts (UDP_SEGMENT). All memory is there from the start; datagrams are pointed to.
 */
final class SendQueue {

    /** Datagrams that can wait. */
    static final int CAPACITY = 512;

    private static final int NONE = -1;
    private static final int FIRST_SOCKETS = 64;

    // struct mmsghdr { struct msghdr { name, namelen, iov, iovlen, control, controllen, flags }, len }
    private static final int MESSAGE_BYTES = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int VECTOR_BYTES = 16;
    private static final int CONTROL_BYTES = 24;

    // struct cmsghdr { len, level, type }, and 16 bits of segment length
    private static final int SEGMENT_AT = 16;
    private static final int SEGMENT_CONTROL_LENGTH = 18;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;

    /** The system takes 64 and more. */
    private static final int MOST_SEGMENTS = 64;

    private static final int LONGEST_MESSAGE = 65_000;

    /** What an Ethernet carries over IPv6. */
    private static final int ETHERNET = 1452;

    private final SystemCalls calls;
    private final Counts counts;

    // one of each for each datagram that waits
    private final long[] pointer = new long[CAPACITY];
    private final int[] length = new int[CAPACITY];
    private final long[] high = new long[CAPACITY];
    private final long[] low = new long[CAPACITY];
    private final int[] port = new int[CAPACITY];
    private final int[] next = new int[CAPACITY];
    private int waiting;

    // one of each for each socket
    private int[] head = new int[FIRST_SOCKETS];
    private int[] tail = new int[FIRST_SOCKETS];
    private int[] descriptors = new int[FIRST_SOCKETS];
    private boolean[] ipv6 = new boolean[FIRST_SOCKETS];

    /** Sockets from which something waits to be sent. */
    private final int[] touched = new int[CAPACITY];

    private int touchedCount;

    // what the system reads
    private final MemorySegment names;
    private final MemorySegment vectors;
    private final MemorySegment controls;
    private final MemorySegment messages;
    private final int[] segments = new int[CAPACITY];
    private int built;
    private int builtVectors;

    /** A longer datagram is not a segment; less once the system has refused to cut, which it does beyond a path's MTU. */
    private int longestSegment = ETHERNET;

    SendQueue(Arena arena, SystemCalls calls, Counts counts) {
        this.calls = calls;
        this.counts = counts;
        names = arena.allocate((long) CAPACITY * SocketNames.BYTES, 64);
        vectors = arena.allocate((long) CAPACITY * VECTOR_BYTES, 64);
        controls = arena.allocate((long) CAPACITY * CONTROL_BYTES, 64);
        messages = arena.allocate((long) CAPACITY * MESSAGE_BYTES, 64);
        for (int i = 0; i < CAPACITY; i++) {
            long control = (long) i * CONTROL_BYTES;
            controls.set(JAVA_LONG, control, SEGMENT_CONTROL_LENGTH);
            controls.set(JAVA_INT, control + 8, SOL_UDP);
            controls.set(JAVA_INT, control + 12, UDP_SEGMENT);
            long message = (long) i * MESSAGE_BYTES;
            messages.set(JAVA_LONG, message + NAME, names.address() + (long) i * SocketNames.BYTES);
            messages.set(JAVA_LONG, message + CONTROL, controls.address() + control);
        }
        Arrays.fill(head, NONE);
    }

    /** A socket was opened, or closed if its descriptor is -1. */
    void socket(int number, int descriptor, boolean isIpv6) {
        if (number >= head.length) {
            int old = head.length;
            int more = Math.max(2 * old, number + 1);
            head = Arrays.copyOf(head, more);
            Arrays.fill(head, old, more, NONE);
            tail = Arrays.copyOf(tail, more);
            descriptors = Arrays.copyOf(descriptors, more);
            ipv6 = Arrays.copyOf(ipv6, more);
        }
        descriptors[number] = descriptor;
        ipv6[number] = isIpv6;
    }

    /** The family of a socket. */
    boolean isIpv6(int socket) {
        return ipv6[socket];
    }

    /** True if the next {@link #add} has to wait for {@link #flush}. */
    boolean isFull() {
        return waiting == CAPACITY;
    }

    /** One more, of a socket that is open. Its bytes are read by {@link #flush}. */
    void add(int socket, long address, int bytes, long toHigh, long toLow, int toPort) {
        int entry = waiting++;
        pointer[entry] = address;
        length[entry] = bytes;
        high[entry] = toHigh;
        low[entry] = toLow;
        port[entry] = toPort;
        next[entry] = NONE;
        if (head[socket] == NONE) {
            head[socket] = entry;
            touched[touchedCount++] = socket;
        } else {
            next[tail[socket]] = entry;
        }
        tail[socket] = entry;
    }

    /** Sends all. */
    void flush() {
        for (int i = 0; i < touchedCount; i++) {
            int socket = touched[i];
            if (next[head[socket]] == NONE) {
                name(0, head[socket], ipv6[socket]);
                sendOne(socket, pointer[head[socket]], length[head[socket]], 0);
            } else {
                build(socket);
                transmit(socket);
            }
            head[socket] = NONE;
        }
        touchedCount = 0;
        waiting = 0;
    }

    private int name(int message, int entry, boolean isIpv6) {
        return SocketNames.write(
                names, (long) message * SocketNames.BYTES, isIpv6, high[entry], low[entry], port[entry]);
    }

    /** Makes messages of all that waits at a socket. */
    private void build(int socket) {
        built = 0;
        builtVectors = 0;
        int leader = NONE; // the first datagram of the message that is being built
        int last = NONE;
        int total = 0;
        for (int entry = head[socket]; entry != NONE; entry = next[entry]) {
            if (leader != NONE && joins(entry, leader, last, total)) {
                int message = built - 1;
                long at = (long) message * MESSAGE_BYTES;
                if (segments[message] == 1) {
                    controls.set(JAVA_SHORT, (long) message * CONTROL_BYTES + SEGMENT_AT, (short) length[leader]);
                    messages.set(JAVA_LONG, at + CONTROL_LENGTH, CONTROL_BYTES);
                }
                segments[message]++;
                messages.set(JAVA_LONG, at + VECTOR_COUNT, segments[message]);
                total += length[entry];
            } else {
                long at = (long) built * MESSAGE_BYTES;
                messages.set(JAVA_INT, at + NAME_LENGTH, name(built, entry, ipv6[socket]));
                messages.set(JAVA_LONG, at + VECTORS, vectors.address() + (long) builtVectors * VECTOR_BYTES);
                messages.set(JAVA_LONG, at + VECTOR_COUNT, 1);
                messages.set(JAVA_LONG, at + CONTROL_LENGTH, 0);
                segments[built] = 1;
                built++;
                leader = entry;
                total = length[entry];
            }
            long vector = (long) builtVectors * VECTOR_BYTES;
            vectors.set(JAVA_LONG, vector, pointer[entry]);
            vectors.set(JAVA_LONG, vector + 8, length[entry]);
            builtVectors++;
            last = entry;
        }
    }

    /** Segments have the same length, but for the last, which may be shorter. */
    private boolean joins(int entry, int leader, int last, int total) {
        return length[leader] <= longestSegment
                && length[last] == length[leader]
                && length[entry] <= length[leader]
                && length[entry] > 0
                && port[entry] == port[leader]
                && low[entry] == low[leader]
                && high[entry] == high[leader]
                && segments[built - 1] < MOST_SEGMENTS
                && total + length[entry] <= LONGEST_MESSAGE;
    }

    private void transmit(int socket) {
        int done = 0;
        boolean again = false;
        while (done < built) {
            int sent =
                    calls.sendMany(descriptors[socket], messages.address() + (long) done * MESSAGE_BYTES, built - done);
            counts.add(Count.SEND_CALLS, 1);
            if (sent > 0) {
                int datagrams = 0;
                for (int i = done; i < done + sent; i++) {
                    datagrams += segments[i];
                }
                counts.add(Count.SENT, datagrams);
                done += sent;
                again = false;
            } else if (!again && mayBeOfAnother(calls.error())) {
                again = true;
            } else {
                failed(socket, done, calls.error());
                done++;
                again = false;
            }
        }
    }

    private void failed(int socket, int message, int error) {
        if (segments[message] == 1 || error == SystemCalls.EAGAIN || error == SystemCalls.ENOBUFS) {
            counts.add(count(error), segments[message]);
            return;
        }
        boolean anySent = false;
        long vector = messages.get(JAVA_LONG, (long) message * MESSAGE_BYTES + VECTORS) - vectors.address();
        for (int i = 0; i < segments[message]; i++, vector += VECTOR_BYTES) {
            anySent |=
                    sendOne(socket, vectors.get(JAVA_LONG, vector), (int) vectors.get(JAVA_LONG, vector + 8), message);
        }
        // otherwise it was not for the cutting: there is no way there, or a rule against it
        if (anySent && isOfCutting(error)) {
            // an interface that computes no checksums cannot cut at all
            longestSegment = error == SystemCalls.EIO ? 0 : Math.min(longestSegment, segmentLength(message) - 1);
        }
    }

    private static boolean isOfCutting(int error) {
        return error == SystemCalls.EMSGSIZE || error == SystemCalls.EINVAL || error == SystemCalls.EIO;
    }

    private int segmentLength(int message) {
        return controls.get(JAVA_SHORT, (long) message * CONTROL_BYTES + SEGMENT_AT) & 0xffff;
    }

    /** One datagram to where a message goes whose name was written; whether it was sent. */
    private boolean sendOne(int socket, long bytes, int count, int message) {
        int nameBytes = ipv6[socket] ? SocketNames.IPV6_BYTES : SocketNames.IPV4_BYTES;
        long name = names.address() + (long) message * SocketNames.BYTES;
        counts.add(Count.SEND_CALLS, 1);
        if (calls.send(descriptors[socket], bytes, count, name, nameBytes) < 0
                && (!mayBeOfAnother(calls.error())
                        || calls.send(descriptors[socket], bytes, count, name, nameBytes) < 0)) {
            counts.add(count(calls.error()), 1);
            return false;
        }
        counts.add(Count.SENT, 1);
        return true;
    }

    /** What ICMP has said of an earlier datagram is the next one's error, once. */
    private static boolean mayBeOfAnother(int error) {
        return switch (error) {
            case SystemCalls.ECONNREFUSED,
                    SystemCalls.EHOSTUNREACH,
                    SystemCalls.ENETUNREACH,
                    SystemCalls.EMSGSIZE,
                    SystemCalls.EACCES,
                    SystemCalls.ENOPROTOOPT,
                    SystemCalls.EPROTO -> true;
            default -> false;
        };
    }

    static Count count(int error) {
        return switch (error) {
            case SystemCalls.EAGAIN, SystemCalls.ENOBUFS -> Count.BUFFER_FULL;
            case SystemCalls.ECONNREFUSED -> Count.REFUSED;
            case SystemCalls.EMSGSIZE -> Count.TOO_LONG;
            case SystemCalls.ENETUNREACH,
                    SystemCalls.EHOSTUNREACH,
                    SystemCalls.ENETDOWN,
                    SystemCalls.EADDRNOTAVAIL,
                    SystemCalls.EAFNOSUPPORT -> Count.UNREACHABLE;
            case SystemCalls.EPERM, SystemCalls.EACCES -> Count.FORBIDDEN;
            default -> Count.OTHER;
        };
    }
}
