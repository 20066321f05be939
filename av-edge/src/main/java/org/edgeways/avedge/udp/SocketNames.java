package org.edgeways.avedge.udp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.edgeways.turn.stun.TransportAddress;

/** How Linux writes addresses ({@code sockaddr_in}, {@code sockaddr_in6}). */
final class SocketNames {

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /** Bytes that hold either. */
    static final int BYTES = 32;

    static final int IPV4_BYTES = 16;
    static final int IPV6_BYTES = 28;

    private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long PORT = 2;
    private static final long IPV4 = 4;
    private static final long IPV6 = 8;

    private SocketNames() {}

    /**
     * Writes an address; flow label and scope stay as they are, which is zero.
     *
     * @param ipv6 the family of the socket
     * @return how many bytes it has
     */
    static int write(MemorySegment memory, long at, boolean ipv6, long high, long low, int port) {
        memory.set(SHORT, at + PORT, (short) port);
        if (ipv6) {
            memory.set(FAMILY, at, (short) AF_INET6);
            memory.set(LONG, at + IPV6, high);
            memory.set(LONG, at + IPV6 + Long.BYTES, low);
            return IPV6_BYTES;
        }
        memory.set(FAMILY, at, (short) AF_INET);
        memory.set(INT, at + IPV4, (int) low);
        return IPV4_BYTES;
    }

    private static boolean isIpv6(MemorySegment memory, long at) {
        return memory.get(FAMILY, at) == AF_INET6;
    }

    static int port(MemorySegment memory, long at) {
        return memory.get(SHORT, at + PORT) & 0xffff;
    }

    /** The first 64 bits. */
    static long high(MemorySegment memory, long at) {
        return isIpv6(memory, at) ? memory.get(LONG, at + IPV6) : 0;
    }

    /** The last 64 bits; IPv4 in its mapped form. */
    static long low(MemorySegment memory, long at) {
        return isIpv6(memory, at)
                ? memory.get(LONG, at + IPV6 + Long.BYTES)
                : TransportAddress.low(memory.get(INT, at + IPV4));
    }

    static InetSocketAddress read(MemorySegment memory, long at) {
        return new TransportAddress(high(memory, at), low(memory, at), port(memory, at)).toSocketAddress();
    }
}
