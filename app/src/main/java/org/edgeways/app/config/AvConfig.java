package org.edgeways.app.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.edgeways.avedge.AvEdgeSettings;
import org.edgeways.base.Result;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.RelayPlace;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.engine.TurnLimits;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the role av of an edge node is told.
 *
 * @param settings what it is set to
 * @param dtls whether it takes clients over DTLS
 * @param checks what {@code verifier} was made from
 * @param verifier whose credentials are good
 * @param draining whether it takes no new allocations
 */
public record AvConfig(AvEdgeSettings settings, boolean dtls, Object checks, RelayVerifier verifier, boolean draining) {

    /** Of one thread: the most that {@code av.all.allocations} can say, so that it is what decides. */
    static final int MOST_ALLOCATIONS = 1_000_000;

    /**
     * By a node's snapshot.
     *
     * @throws IllegalArgumentException if this version cannot run it
     */
    static AvConfig of(AvRole said, EdgeSnapshot snapshot) {
        List<InetAddress> addresses =
                said.addresses().stream().map(InetAddress::ofLiteral).toList();
        AvEdgeSettings settings = new AvEdgeSettings(
                said.realm().orElse(snapshot.sipDomains().getFirst()),
                Runtime.getRuntime().availableProcessors(),
                sockets(said.addresses(), said.udpPort()),
                sockets(said.insideAddresses(), said.udpPort()),
                new AvEdgeSettings.Relay(
                        first(addresses, false),
                        first(addresses, true),
                        snapshot.publicAddress().map(InetAddress::ofLiteral).orElse(null),
                        said.hasRelayPorts() ? said.firstRelayPort() : AvEdgeSettings.Relay.FIRST_PORT,
                        said.hasRelayPorts() ? said.lastRelayPort() : AvEdgeSettings.Relay.LAST_PORT,
                        said.hasRelayPorts(),
                        said.tcpPeers().orElse(true)),
                new AvEdgeSettings.Peers(
                        networks(said.allow()),
                        networks(said.deny()),
                        Stream.concat(said.insideAddresses().stream(), snapshot.insideLeg().addresses().stream())
                                .map(InetAddress::ofLiteral)
                                .distinct()
                                .toList(),
                        networks(snapshot.insideNetworks().orElse(List.of())),
                        snapshot.outsideAddresses().orElse(List.of()).stream()
                                .map(AddressPrefix::ofOne)
                                .toList()),
                new AvEdgeSettings.Quota(
                        new AvEdgeSettings.Share(
                                said.person().allocations(),
                                said.person().bytesPerSecond(),
                                said.person().packetsPerSecond()),
                        new AvEdgeSettings.Share(
                                said.sourceAllocations(),
                                said.sourceBytesPerSecond().orElse(AvEdgeSettings.Share.UNLIMITED),
                                said.sourcePacketsPerSecond().orElse(AvEdgeSettings.Share.UNLIMITED)),
                        new AvEdgeSettings.Share(
                                said.all().allocations(),
                                said.all().bytesPerSecond().orElse(AvEdgeSettings.Share.UNLIMITED),
                                said.all().packetsPerSecond().orElse(AvEdgeSettings.Share.UNLIMITED))),
                new TurnLimits(
                        MOST_ALLOCATIONS, // what all may have together is a quota, which changes while it runs
                        said.permissions(),
                        said.permissions(),
                        TurnLimits.DEFAULTS.connections(),
                        said.usualLifetime(),
                        said.longestLifetime(),
                        TurnLimits.DEFAULTS.answerBytesPerSecond(),
                        TurnLimits.DEFAULTS.answerBurstBytes()),
                snapshot.alternate().map(AvConfig::elsewhere).orElse(AvEdgeSettings.Elsewhere.NOWHERE),
                AvEdgeSettings.STREAM_IDLE);
        EdgeSnapshot.Relay relay = snapshot.relay().orElse(EdgeSnapshot.Relay.NONE);
        return switch (relay.verifier()) {
            case Result.Bad<RelayVerifier> bad -> throw new IllegalArgumentException("relay: " + bad.reason());
            case Result.Ok<RelayVerifier>(RelayVerifier verifier) ->
                new AvConfig(settings, said.dtls(), relay, verifier, snapshot.draining());
        };
    }

    /**
     * Who came by an inside address is sent to one of the other node, and to none outside: it may not be reached from there. Over DTLS
     * nobody is sent inside: whatever the address, it shows the certificate that is meant for outside.
     */
    private static AvEdgeSettings.Elsewhere elsewhere(RelayPlace place) {
        return new AvEdgeSettings.Elsewhere(
                leg(place.outside(), place.dtls()),
                place.inside().map(inside -> leg(inside, false)).orElse(AvEdgeSettings.Elsewhere.Leg.NONE));
    }

    private static AvEdgeSettings.Elsewhere.Leg leg(RelayPlace.Leg said, boolean dtls) {
        String name = said.certificateName().orElse("");
        return new AvEdgeSettings.Elsewhere.Leg(
                alternate(said.udpAddresses(), said.udpPort(), name),
                alternate(said.tcpAddresses(), said.tcpPort(), name),
                dtls);
    }

    private static Alternate alternate(List<String> addresses, int port, String name) {
        List<InetAddress> read = addresses.stream().map(InetAddress::ofLiteral).toList();
        InetAddress ipv4 = first(read, false);
        InetAddress ipv6 = first(read, true);
        return new Alternate(
                ipv4 == null ? null : TransportAddress.of(ipv4, port),
                ipv6 == null ? null : TransportAddress.of(ipv6, port),
                name);
    }

    private static @Nullable InetAddress first(List<InetAddress> addresses, boolean ipv6) {
        return addresses.stream()
                .filter(address -> address instanceof java.net.Inet6Address == ipv6)
                .findFirst()
                .orElse(null);
    }

    private static List<InetSocketAddress> sockets(List<String> addresses, int port) {
        return addresses.stream()
                .map(address -> new InetSocketAddress(InetAddress.ofLiteral(address), port))
                .toList();
    }

    private static List<AddressPrefix> networks(List<String> said) {
        return said.stream().map(AddressPrefix::of).toList();
    }
}
