package org.edgeways.turn.engine;

import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where relayed addresses are.
 *
 * @param ipv4 the relayed IPv4 address as peers see it; the port says nothing; null if there is none
 * @param ipv6 the relayed IPv6 address; null if there is none
 * @param firstPort the first relayed port, even
 * @param lastPort the last relayed port, odd
 * @param open false if no port is opened: then only what is relayed by this node can be a peer
 * @param tcp whether TCP is relayed too (RFC 6062)
 * @param dontFragment whether the driver can send to peers without fragmentation
 * @param shard which engine of the node this is, from 0; each hands out ports of its own
 * @param shards how many there are
 */
public record RelaySettings(
        @Nullable TransportAddress ipv4,
        @Nullable TransportAddress ipv6,
        int firstPort,
        int lastPort,
        boolean open,
        boolean tcp,
        boolean dontFragment,
        int shard,
        int shards) {

    public RelaySettings {
        if (firstPort < 1024 || firstPort % 2 != 0 || lastPort > 65_535 || lastPort % 2 != 1 || lastPort < firstPort) {
            throw new IllegalArgumentException("ports go from an even one to an odd one, 1024 to 65535");
        }
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard " + shard + " of " + shards);
        }
        if (ipv4 != null && !ipv4.isIpv4() || ipv6 != null && ipv6.isIpv4() || ipv4 == null && ipv6 == null) {
            throw new IllegalArgumentException("a relayed address of each family, or of one");
        }
    }

    /** The relayed address of a family. */
    @Nullable
    TransportAddress address(boolean ipv6Family) {
        return ipv6Family ? ipv6 : ipv4;
    }

    /** True if that is a relayed address of ours, whatever the port. */
    public boolean isOwn(long high, long low) {
        return ipv4 != null && low == ipv4.low() && high == ipv4.high()
                || ipv6 != null && low == ipv6.low() && high == ipv6.high();
    }

    /** True if that can be a relayed port. */
    public boolean isInRange(int port) {
        return port >= firstPort && port <= lastPort;
    }

    /** The shard that hands out a port: pairs stay together (RFC 8656 section 18.7). */
    public int shardOf(int port) {
        return (port - firstPort) / 2 % shards;
    }
}
