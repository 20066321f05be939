package org.edgeways.turn.engine;

import java.net.InetAddress;
import org.edgeways.turn.stun.TransportAddress;

/**
 * A network.
 *
 * @param high the first 64 bits of its addresses
 * @param low the last 64 bits; IPv4 in the mapped form
 * @param bits how many of the 128 bits count
 */
public record AddressPrefix(long high, long low, int bits) {

    /**
     * Reads {@code 192.0.2.0/24} or {@code 2001:db8::/32}.
     *
     * @throws IllegalArgumentException if it is neither: not for input of strangers
     */
    public static AddressPrefix of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("no prefix length: " + text);
        }
        TransportAddress address = TransportAddress.of(InetAddress.ofLiteral(text.substring(0, slash)), 0);
        int bits = Integer.parseInt(text.substring(slash + 1)) + (text.indexOf(':') < 0 ? 96 : 0);
        if (bits < 0 || bits > 128) {
            throw new IllegalArgumentException("prefix length: " + text);
        }
        return new AddressPrefix(address.high(), address.low(), bits);
    }

    /**
     * One address, as a network.
     *
     * @throws IllegalArgumentException if it is none: not for input of strangers
     */
    public static AddressPrefix ofOne(String address) {
        TransportAddress one = TransportAddress.of(InetAddress.ofLiteral(address), 0);
        return new AddressPrefix(one.high(), one.low(), 128);
    }

    /** True if all addresses of another network lie in it. */
    public boolean contains(AddressPrefix other) {
        return bits <= other.bits && contains(other.high, other.low);
    }

    /** True if an address lies in it. */
    public boolean contains(long otherHigh, long otherLow) {
        long highMask = bits >= 64 ? -1 : bits == 0 ? 0 : -1L << 64 - bits;
        long lowMask = bits <= 64 ? 0 : -1L << 128 - bits;
        return ((high ^ otherHigh) & highMask) == 0 && ((low ^ otherLow) & lowMask) == 0;
    }
}
