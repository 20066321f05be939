package org.edgeways.avedge.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What routers and receivers have said (ICMP) of datagrams that were sent, as Linux keeps it for a socket (IP_RECVERR). To take it
 * out is also what frees the socket of the error, which would otherwise be that of the next call.
 */
final class ErrorQueue {

    /** How many are taken with one call; what is left comes with the next wait. */
    private static final int BATCH = 16;

    // struct mmsghdr, as in ReceiveSlots
    private static final int MESSAGE_BYTES = 64;
    private static final int NAME_LENGTH = 8;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;

    // struct cmsghdr { len, level, type }, struct sock_extended_err { errno, origin, type, code, pad, info, data }, and
    // who said it
    private static final int CONTROL_BYTES = 128;
    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int ORIGIN = 16 + 4;
    private static final int ICMP_TYPE = 16 + 5;
    private static final int ICMP_CODE = 16 + 6;
    private static final int INFO = 16 + 8;
    private static final int LEAST_BYTES = 16 + 16;
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_RECVERR = 25;
    private static final int ORIGIN_ICMP = 2;
    private static final int ORIGIN_ICMP6 = 3;

    private final SystemCalls calls;
    private final MemorySegment messages;
    private final MemorySegment names;
    private final MemorySegment controls;

    ErrorQueue(Arena arena, SystemCalls calls) {
        this.calls = calls;
        messages = arena.allocate((long) BATCH * MESSAGE_BYTES, Long.BYTES);
        names = arena.allocate((long) BATCH * SocketNames.BYTES, Long.BYTES);
        controls = arena.allocate((long) BATCH * CONTROL_BYTES, Long.BYTES);
        for (int i = 0; i < BATCH; i++) {
            long message = (long) i * MESSAGE_BYTES;
            messages.set(JAVA_LONG, message, names.address() + (long) i * SocketNames.BYTES);
            messages.set(JAVA_LONG, message + CONTROL, controls.address() + (long) i * CONTROL_BYTES);
        }
    }

    /** Takes some of what there is at a socket. */
    void receive(int socket, int descriptor, DatagramSockets.Receiver receiver) {
        for (int i = 0; i < BATCH; i++) {
            messages.set(JAVA_INT, (long) i * MESSAGE_BYTES + NAME_LENGTH, SocketNames.BYTES);
            messages.set(JAVA_LONG, (long) i * MESSAGE_BYTES + CONTROL_LENGTH, CONTROL_BYTES);
        }
        int received = calls.receiveErrors(descriptor, messages.address(), BATCH);
        for (int i = 0; i < received; i++) {
            long name = (long) i * SocketNames.BYTES;
            long control = (long) i * CONTROL_BYTES;
            if (isOfRouter(i, control)) {
                receiver.refused(
                        socket,
                        SocketNames.high(names, name),
                        SocketNames.low(names, name),
                        SocketNames.port(names, name),
                        controls.get(JAVA_BYTE, control + ICMP_TYPE) & 0xff,
                        controls.get(JAVA_BYTE, control + ICMP_CODE) & 0xff,
                        controls.get(JAVA_INT, control + INFO));
            }
        }
    }

    private boolean isOfRouter(int message, long control) {
        long length = messages.get(JAVA_LONG, (long) message * MESSAGE_BYTES + CONTROL_LENGTH);
        int level = controls.get(JAVA_INT, control + LEVEL);
        int type = controls.get(JAVA_INT, control + TYPE);
        int origin = controls.get(JAVA_BYTE, control + ORIGIN);
        return length >= LEAST_BYTES
                && (level == SOL_IP && type == IP_RECVERR && origin == ORIGIN_ICMP
                        || level == SOL_IPV6 && type == IPV6_RECVERR && origin == ORIGIN_ICMP6);
    }
}
