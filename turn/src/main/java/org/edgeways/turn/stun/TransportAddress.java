package org.edgeways.turn.stun;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address and a port as numbers. An IPv4 address has the form of a mapped one (RFC 4291 section 2.5.5.2), so that an
 * IPv4 address and its mapped form are the same here.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 * @param port 0 to 65535
 */
public record TransportAddress(long high, long low, int port) {

    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    /** An IPv4 address. */
    public static TransportAddress ipv4(int address, int port) {
        return new TransportAddress(0, low(address), port);
    }

    /** The address of a socket that is resolved. */
    public static TransportAddress of(InetSocketAddress socket) {
        return of(socket.getAddress(), socket.getPort());
    }

    /** An address of the platform's with a port. */
    public static TransportAddress of(InetAddress address, int port) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == Integer.BYTES
                ? ipv4(bytes.getInt(), port)
                : new TransportAddress(bytes.getLong(), bytes.getLong(), port);
    }

    /** The last 64 bits of an IPv4 address in its mapped form. */
    public static long low(int ipv4) {
        return MAPPED | ipv4 & 0xffff_ffffL;
    }

    /** True for an IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
    }

    /** True for an IPv4 address. */
    public boolean isIpv4() {
        return isIpv4(high, low);
    }

    /** The same address with another port. */
    public TransportAddress withPort(int other) {
        return new TransportAddress(high, low, other);
    }

    /** As a socket address of the platform's. */
    public InetSocketAddress toSocketAddress() {
        byte[] bytes = isIpv4()
                ? ByteBuffer.allocate(Integer.BYTES).putInt((int) low).array()
                : ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four or sixteen bytes are always an address
        }
    }

    /** As {@code 192.0.2.1:3478} or {@code [2001:db8:0:0:0:0:0:1]:3478}. */
    @Override
    public String toString() {
        String host = toSocketAddress().getAddress().getHostAddress();
        return (isIpv4() ? host : "[" + host + "]") + ":" + port;
    }
}
