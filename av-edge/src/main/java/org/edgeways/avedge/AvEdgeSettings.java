package org.edgeways.avedge;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.engine.Transport;
import org.edgeways.turn.engine.TurnLimits;
import org.jspecify.annotations.Nullable;

/**
 * What an A/V Edge is set to. {@link #peers}, {@link #quotas} and {@link #elsewhere} can be changed while it runs.
 *
 * @param realm of the credentials, 1 to 127 characters
 * @param shards how many threads relay, each with sockets of its own, at least 1
 * @param outside where clients outside reach it over UDP; port 0 takes a free one; may be empty
 * @param inside where clients inside reach it over UDP; may be empty
 * @param relay where relayed addresses are
 * @param peers whom packets may go to
 * @param quotas how much people, sources and all together may have
 * @param limits of each shard
 * @param elsewhere where clients are sent while nobody new is taken
 * @param streamIdle how long a connection on which there is no allocation may bring nothing
 */
public record AvEdgeSettings(
        String realm,
        int shards,
        List<InetSocketAddress> outside,
        List<InetSocketAddress> inside,
        Relay relay,
        Peers peers,
        Quota quotas,
        TurnLimits limits,
        Elsewhere elsewhere,
        Duration streamIdle) {

    /** The usual {@link #streamIdle}. */
    public static final Duration STREAM_IDLE = Duration.ofMinutes(1);

    /** How long a nonce is good (RFC 8656 section 5 speaks of an hour). */
    public static final Duration NONCE_LIFETIME = Duration.ofHours(1);

    /**
     * Where relayed addresses are.
     *
     * @param ipv4 the local address of relayed ports; null if none are relayed
     * @param ipv6 as {@code ipv4}
     * @param advertisedIpv4 what peers and clients see in place of {@code ipv4}, behind static address translation; null if
     *     it is the same
     * @param firstPort the first relayed port, even
     * @param lastPort the last one, odd
     * @param open false if no port is opened: then only what is relayed by this node can be a peer
     * @param tcpPeers whether TCP to peers is relayed too (RFC 6062); only where ports are opened
     */
    public record Relay(
            @Nullable InetAddress ipv4,
            @Nullable InetAddress ipv6,
            @Nullable InetAddress advertisedIpv4,
            int firstPort,
            int lastPort,
            boolean open,
            boolean tcpPeers) {

        /** The range that RFC 8656 section 5 wants. */
        public static final int FIRST_PORT = 49_152;

        /** The end of that range. */
        public static final int LAST_PORT = 65_535;

        /** Relayed ports of the usual range. */
        public Relay(@Nullable InetAddress ipv4, @Nullable InetAddress ipv6) {
            this(ipv4, ipv6, null, FIRST_PORT, LAST_PORT, true, true);
        }

        /** The same with other ports. */
        public Relay withPorts(int first, int last) {
            return new Relay(ipv4, ipv6, advertisedIpv4, first, last, open, tcpPeers);
        }

        /** The same without opened ports. */
        public Relay closed() {
            return new Relay(ipv4, ipv6, advertisedIpv4, firstPort, lastPort, false, tcpPeers);
        }

        /** The same without TCP to peers. */
        public Relay withoutTcpPeers() {
            return new Relay(ipv4, ipv6, advertisedIpv4, firstPort, lastPort, open, false);
        }
    }

    /**
     * Whom packets may go to. What is not of the public Internet is refused without being named, and so is every address of
     * this host.
     *
     * @param allow what may be reached although it is not of the public Internet
     * @param deny what may not be reached; stronger than {@code allow}
     * @param inside addresses of this host inside: the networks that they are in are refused too, even if they are global,
     *     where they are not those of an address outside
     * @param insideNetworks networks that are inside though their addresses are global; refused too
     * @param outside addresses that are not inside though they are in such a network: other relays
     */
    public record Peers(
            List<AddressPrefix> allow,
            List<AddressPrefix> deny,
            List<InetAddress> inside,
            List<AddressPrefix> insideNetworks,
            List<AddressPrefix> outside) {

        /** The public Internet. */
        public static final Peers PUBLIC = new Peers(List.of(), List.of());

        /** For a host that has no inside. */
        public Peers(List<AddressPrefix> allow, List<AddressPrefix> deny) {
            this(allow, deny, List.of(), List.of(), List.of());
        }

        public Peers {
            allow = List.copyOf(allow);
            deny = List.copyOf(deny);
            inside = List.copyOf(inside);
            insideNetworks = List.copyOf(insideNetworks);
            outside = List.copyOf(outside);
        }
    }

    /**
     * How much may be had. Data counts in both directions, and at each of two relayed ends.
     *
     * @param person of one person, on all threads of this node together; what they have on other nodes does not count
     * @param source of one source (an IPv4 address, an IPv6 /64)
     * @param all of all together
     */
    public record Quota(Share person, Share source, Share all) {

        /** Good for most. */
        public static final Quota DEFAULTS =
                new Quota(new Share(64, 8 << 20, 20_000), Share.allocations(1_000), Share.allocations(10_000));
    }

    /**
     * What one has.
     *
     * @param allocations at once, at least 1; 486 past it
     * @param bytesPerSecond of payload, with bursts of a second's worth, at least 1; past it data is dropped
     * @param packetsPerSecond as {@code bytesPerSecond}
     */
    public record Share(int allocations, int bytesPerSecond, int packetsPerSecond) {

        /** So many, of whatever rate. */
        public static Share allocations(int most) {
            return new Share(most, UNLIMITED, UNLIMITED);
        }

        /** For a rate: not counted. */
        public static final int UNLIMITED = Integer.MAX_VALUE;

        public Share {
            if (allocations < 1 || bytesPerSecond < 1 || packetsPerSecond < 1) {
                throw new IllegalArgumentException("a share is at least 1");
            }
        }
    }

    /**
     * Where clients are sent while nobody new is taken: while it drains, and when there are as many allocations as there may be in
     * all, or no relayed port is free.
     *
     * @param outside those who came to an address outside
     * @param inside those who came to one inside
     */
    public record Elsewhere(Leg outside, Leg inside) {

        /** They are refused. */
        public static final Elsewhere NOWHERE = new Elsewhere(Leg.NONE, Leg.NONE);

        /**
         * One leg of another node.
         *
         * @param datagrams where it takes clients over UDP, and over DTLS
         * @param streams where it takes those over TCP and TLS
         * @param dtls whether it takes those over DTLS
         */
        public record Leg(Alternate datagrams, Alternate streams, boolean dtls) {

            /** There is no other node. */
            public static final Leg NONE = new Leg(Alternate.NONE, Alternate.NONE, false);

            /** Where clients of a transport are sent: those who verify a certificate only where it is known which name it has. */
            Alternate of(Transport transport) {
                return switch (transport) {
                    case UDP -> datagrams;
                    case TCP -> streams;
                    case TLS -> named(streams);
                    case DTLS -> dtls ? named(datagrams) : Alternate.NONE;
                };
            }

            private static Alternate named(Alternate other) {
                return other.domain().isEmpty() ? Alternate.NONE : other;
            }
        }
    }

    public AvEdgeSettings {
        outside = List.copyOf(outside);
        inside = List.copyOf(inside);
        if (shards < 1) {
            throw new IllegalArgumentException(shards + " shards");
        }
        if (relay.ipv4() == null && relay.ipv6() == null) {
            throw new IllegalArgumentException("there is no relayed address");
        }
    }

    /** The usual ones. */
    public static AvEdgeSettings of(String realm, int shards, List<InetSocketAddress> outside, Relay relay) {
        return new AvEdgeSettings(
                realm,
                shards,
                outside,
                List.of(),
                relay,
                Peers.PUBLIC,
                Quota.DEFAULTS,
                TurnLimits.DEFAULTS,
                Elsewhere.NOWHERE,
                STREAM_IDLE);
    }

    /** The same with other peers. */
    public AvEdgeSettings withPeers(Peers other) {
        return new AvEdgeSettings(realm, shards, outside, inside, relay, other, quotas, limits, elsewhere, streamIdle);
    }

    /** The same with other quotas. */
    public AvEdgeSettings withQuotas(Quota other) {
        return new AvEdgeSettings(realm, shards, outside, inside, relay, peers, other, limits, elsewhere, streamIdle);
    }

    /** The same with other limits. */
    public AvEdgeSettings withLimits(TurnLimits other) {
        return new AvEdgeSettings(realm, shards, outside, inside, relay, peers, quotas, other, elsewhere, streamIdle);
    }

    /** The same with another place where clients are sent. */
    public AvEdgeSettings withElsewhere(Elsewhere other) {
        return new AvEdgeSettings(realm, shards, outside, inside, relay, peers, quotas, limits, other, streamIdle);
    }

    /** The same with addresses for clients inside. */
    public AvEdgeSettings withInside(List<InetSocketAddress> other) {
        return new AvEdgeSettings(realm, shards, outside, other, relay, peers, quotas, limits, elsewhere, streamIdle);
    }

    /** The same with another number of threads. */
    public AvEdgeSettings withShards(int other) {
        return new AvEdgeSettings(realm, other, outside, inside, relay, peers, quotas, limits, elsewhere, streamIdle);
    }

    /** The same with other relayed addresses. */
    public AvEdgeSettings withRelay(Relay other) {
        return new AvEdgeSettings(realm, shards, outside, inside, other, peers, quotas, limits, elsewhere, streamIdle);
    }

    /** The same with another patience for connections. */
    public AvEdgeSettings withStreamIdle(Duration other) {
        return new AvEdgeSettings(realm, shards, outside, inside, relay, peers, quotas, limits, elsewhere, other);
    }
}
