package org.edgeways.avedge.udp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.edgeways.turn.engine.Forward;

/**
 * The datagram sockets of one shard, all non-blocking, and how it waits for them. For one thread only, but for {@link #wakeUp} and
 * the counts. Addresses are two numbers of 64 bits, IPv4 in its mapped form. What befalls a single datagram is counted and
 * never thrown.
 */
public interface DatagramSockets extends AutoCloseable {

    /** The longest datagram that is received whole; a longer one is cut. No datagram is longer, but an IPv6 jumbogram. */
    int LONGEST_DATAGRAM = 65_535;

    /** What is counted. */
    enum Count {
        /** Datagrams that were handed on. */
        RECEIVED,
        /** Calls of the system that received datagrams. */
        RECEIVE_CALLS,
        /** Datagrams that the system has taken. */
        SENT,
        /** Calls of the system that sent datagrams. */
        SEND_CALLS,
        /** Not sent: a buffer of the system is full (EAGAIN, ENOBUFS). */
        BUFFER_FULL,
        /** Not sent or not received: an earlier datagram was refused by its receiver (ECONNREFUSED). */
        REFUSED,
        /** Not sent: too long (EMSGSIZE). */
        TOO_LONG,
        /** Not sent: there is no way to the destination (ENETUNREACH, EHOSTUNREACH, ENETDOWN): it is of another family, or port 0. */
        UNREACHABLE,
        /** Not sent: forbidden by the system (EPERM, EACCES). */
        FORBIDDEN,
        /** Not sent: the socket is closed. */
        CLOSED,
        /** Not sent or not received for any other reason. */
        OTHER;

        /** True if a datagram was lost. */
        public boolean isLoss() {
            return compareTo(BUFFER_FULL) >= 0;
        }
    }

    /** Takes datagrams. */
    @FunctionalInterface
    interface Receiver {
        /**
         * One datagram.
         *
         * @param socket what {@link #open} gave; it may have been closed while this datagram waited for its turn
         * @param high the sender's address, the first 64 bits
         * @param low the sender's address, the last 64 bits
         * @param port the sender's port
         * @param buffer where it lies; {@link Forward#HEADROOM} bytes before it and {@link Forward#TAILROOM} behind may be
         *     written; good until {@link #receive} returns
         * @param offset where it begins
         * @param length bytes, 0 or more
         */
        void received(int socket, long high, long low, int port, MemorySegment buffer, long offset, int length);

        /**
         * Its receiver, or a router on the way to it, has refused (ICMP) a datagram that was sent from a socket that is not shared.
         * Told where the system tells it.
         *
         * @param high the address that it was sent to, the first 64 bits
         * @param type as ICMP has it, or ICMPv6 for a socket of IPv6
         * @param mtu of the next link, if it was too long for that
         */
        default void refused(int socket, long high, long low, int port, int type, int code, int mtu) {}
    }

    /**
     * The best that there is here: {@link LinuxSockets} where that works, else {@link PlainSockets}.
     *
     * @param whyPlain is told why it is not the former
     * @throws IOException if the system has no descriptors left
     */
    static DatagramSockets best(Consumer<String> whyPlain) throws IOException {
        return best(LinuxSockets::new, whyPlain);
    }

    /** How sockets are made. */
    @FunctionalInterface
    interface Maker {
        /** @throws UnsupportedOperationException if they do not work here */
        DatagramSockets make() throws IOException;
    }

    /** As {@link #best(Consumer)}, with others in place of {@link LinuxSockets}. */
    static DatagramSockets best(Maker batched, Consumer<String> whyPlain) throws IOException {
        try {
            return batched.make();
        } catch (UnsupportedOperationException e) { // only a trial shows what a filter of system calls forbids
            whyPlain.accept(Optional.ofNullable(e.getMessage()).orElse("they do not work here"));
            return new PlainSockets();
        }
    }

    /**
     * Opens a socket. One for IPv6 takes no IPv4.
     *
     * @param address with port 0 for a free one
     * @param shared whether other shards open the same address too (SO_REUSEPORT); the system then spreads clients over them
     * @return its number, 0 or a little more; given out again after {@link #close(int)}, but not while {@link #receive} runs
     * @throws IOException if the address cannot be had
     */
    int open(InetSocketAddress address, boolean shared) throws IOException;

    /**
     * Where a socket is bound.
     *
     * @throws IllegalStateException if it is closed
     */
    InetSocketAddress localAddress(int socket);

    /** Closes a socket, after what was to be sent from it was sent. Does nothing if it is closed. */
    void close(int socket);

    /**
     * Waits for datagrams and hands some of them on; what is sent meanwhile is flushed before it returns. No socket waits until
     * another has nothing left.
     *
     * @param timeoutNanos how long it waits at most for the first one, rounded up to milliseconds; 0 does not wait
     * @throws IOException if waiting itself fails; what befalls one socket is no such thing
     */
    void receive(long timeoutNanos, Receiver receiver) throws IOException;

    /**
     * Sends bytes. Those of a {@link Receiver}'s buffer are left alone by the caller from then on; any others are copied.
     *
     * @param socket from which
     * @param buffer off-heap
     */
    void send(int socket, MemorySegment buffer, long offset, int length, long high, long low, int port);

    /** True if {@link #sendWhole} can be used. */
    boolean canSendWhole();

    /**
     * As {@link #send(int, MemorySegment, long, int, long, long, int)}, but what is too long for a link on its way is lost and not sent in
     * fragments: the bit DF. At once, and with more calls of the system than others: for what seeks the MTU of a path.
     */
    void sendWhole(int socket, MemorySegment buffer, long offset, int length, long high, long low, int port);

    /** Sends bytes that are copied. */
    void send(int socket, byte[] message, long high, long low, int port);

    /**
     * Sends header, payload and padding of a {@link Forward} of the kinds TO_PEER and TO_CLIENT to its destination.
     *
     * @param socket from which
     * @param buffer with the payload, at {@link Forward#offset}; what stands around it is overwritten
     */
    default void send(int socket, Forward forward, MemorySegment buffer) {
        long at = forward.wrap(buffer);
        if (forward.dontFragment()) {
            sendWhole(socket, buffer, at, forward.packetLength(), forward.high(), forward.low(), forward.port());
            return;
        }
        send(socket, buffer, at, forward.packetLength(), forward.high(), forward.low(), forward.port());
    }

    /** Sends what is still to be sent. */
    void flush();

    /** Ends a wait, or the next one, at once. From any thread, also when all is closed. */
    void wakeUp();

    /** What was counted since the start. From any thread. */
    long count(Count which);

    /** The sum of {@link Count}s that are losses, since the start. From any thread. */
    long unsent();

    /** Closes all. */
    @Override
    void close();
}
