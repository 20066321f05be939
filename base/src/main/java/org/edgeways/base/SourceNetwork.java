package org.edgeways.base;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * The network that limits and bans count by: one IPv4 address, or the /64 of an IPv6 address. An IPv4 address in IPv6
 * clothes (mapped, RFC 4291 section 2.5.5.2) counts as the IPv4 address.
 */
public final class SourceNetwork {

    private static final int IPV6_PREFIX_BYTES = 8;

    private final byte[] prefix;

    private SourceNetwork(byte[] prefix) {
        this.prefix = prefix;
    }

    /** The network that {@code address} belongs to. */
    public static SourceNetwork of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return new SourceNetwork(bytes);
        }
        if (isMapped(bytes)) {
            return new SourceNetwork(Arrays.copyOfRange(bytes, 12, 16));
        }
        return new SourceNetwork(Arrays.copyOf(bytes, IPV6_PREFIX_BYTES));
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SourceNetwork network && Arrays.equals(prefix, network.prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix);
    }

    /** The address, or the prefix as {@code 2001:db8:0:0::/64}. */
    @Override
    public String toString() {
        if (prefix.length == 4) {
            return (prefix[0] & 0xff) + "." + (prefix[1] & 0xff) + "." + (prefix[2] & 0xff) + "." + (prefix[3] & 0xff);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < prefix.length; i += 2) {
            text.append(Integer.toHexString((prefix[i] & 0xff) << 8 | prefix[i + 1] & 0xff))
                    .append(':');
        }
        return text.append(":/64").toString();
    }
}
