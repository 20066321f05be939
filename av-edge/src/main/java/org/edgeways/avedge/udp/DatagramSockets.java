package org.edgeways.avedge.udp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.edgeways.turn.engine.Forward;

/**
 * The datagram sockets of one shard, all non-blocking, and how it waits for them. For one thread only, but for {@link #wakeUp}.
 * Addresses are two numbers of 64 bits, IPv4 in its mapped form. Receiving and sending allocate nothing.
 */
public interface DatagramSockets extends AutoCloseable {

    /** The longest datagram that is received whole; a longer one is cut. */
    int LONGEST_DATAGRAM = 65_535;

    /** Takes datagrams. */
    @FunctionalInterface
    interface Receiver {
        /**
         * One datagram.
         *
         * @param socket what {@link #open} gave
         * @param high the sender's address, the first 64 bits
         * @param low the sender's address, the last 64 bits
         * @param port the sender's port
         * @param buffer where it lies; {@link Forward#HEADROOM} bytes before it and {@link Forward#TAILROOM} behind may be
         *     written; good until {@link #receive} returns
         * @param offset where it begins
         * @param length bytes, 0 or more
         */
        void received(int socket, long high, long low, int port, MemorySegment buffer, long offset, int length);
    }

    /**
     * Opens a socket.
     *
     * @param address with port 0 for a free one
     * @param shared whether other shards open the same address too (SO_REUSEPORT); the system then spreads clients over them
     * @return its number, 0 or a little more; given out again after {@link #close(int)}
     * @throws IOException if the address cannot be had
     */
    int open(InetSocketAddress address, boolean shared) throws IOException;

    /** Where a socket is bound. */
    InetSocketAddress localAddress(int socket);

    /** Closes a socket, after what was to be sent from it was sent. Does nothing if it is closed. */
    void close(int socket);

    /**
     * Waits for datagrams and hands some of them on; what is sent meanwhile is flushed before it returns.
     *
     * @param timeoutNanos how long it waits at most for the first one; 0 does not wait
     * @throws IOException if waiting itself fails; what befalls one socket is no such thing
     */
    void receive(long timeoutNanos, Receiver receiver) throws IOException;

    /**
     * Sends header, payload and padding of a {@link Forward} of the kinds TO_PEER and TO_CLIENT to its destination. The bytes
     * in {@code buffer} are left alone by the caller until {@link #flush}, or until {@link #receive} has returned if it is called within.
     *
     * @param socket from which
     * @param buffer with the payload, at {@link Forward#offset}
     */
    void send(int socket, Forward forward, MemorySegment buffer);

    /** Sends bytes that are copied. */
    void send(int socket, byte[] message, long high, long low, int port);

    /** Sends what is still to be sent. */
    void flush();

    /** Ends a wait, or the next one, at once. From any thread. */
    void wakeUp();

    /** Datagrams that the system did not take, since the start. */
    long unsent();

    /** Closes all. */
    @Override
    void close();
}
