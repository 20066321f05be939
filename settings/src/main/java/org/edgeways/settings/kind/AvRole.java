package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;
import org.edgeways.settings.text.Durations;

/** The role av of an edge node: the relay for audio and video (TURN). */
public record AvRole(
        @Key(
                says =
                        "Local addresses of the outside leg: clients outside reach it there, and relayed addresses are there."
                                + " At most one of each version.",
                form = TextForm.ADDRESS,
                atLeast = 1,
                atMost = 2,
                restart = true)
        List<String> addresses,

        @Key(
                says =
                        "The name or address by which clients outside reach those addresses over UDP; without it, the host of access."
                                + " Over TCP and TLS they come to the host of access.",
                form = TextForm.HOST)
        Optional<String> host,

        @Key(
                says = "Local addresses on which people inside reach it; without any, they reach it outside.",
                usual = "",
                form = TextForm.ADDRESS,
                restart = true)
        List<String> insideAddresses,

        @Key(
                says =
                        "The name by which people inside reach those addresses, if a certificate of access has it: then they are"
                                + " told of TLS too. Without it, they are told of UDP and TCP by the addresses.",
                form = TextForm.HOST)
        Optional<String> insideHost,

        @Key(
                says =
                        "The UDP port on all of them, and the TCP port on those inside. Outside it shares the port of SIP"
                                + " over TLS.",
                usual = "3478",
                least = "1",
                most = "65535",
                restart = true)
        int udpPort,

        @Key(
                says = "The ports of relayed addresses, or none: then the node relays only between its own clients, and"
                        + " calls across two nodes or to partners do not work; nor does TCP to peers (RFC 6062).",
                usual = "49152-65535",
                form = TextForm.PORTS,
                restart = true)
        String relayPorts,

        @Key(
                says = "The realm of the credentials; without it, the first SIP domain.",
                form = TextForm.HOST,
                restart = true)
        Optional<String> realm,

        @Key(
                says = "Networks to which it relays although they are not of the public Internet, or are inside.",
                usual = "",
                form = TextForm.NETWORK)
        List<String> allow,

        @Key(says = "Networks to which it does not relay; stronger than allow.", usual = "", form = TextForm.NETWORK)
        List<String> deny,

        @Key(says = "What one person may have.") Share person,

        @Key(
                says = "Allocations of one source (an IPv4 address, an IPv6 /64) at once; past it 486.",
                usual = "1000",
                least = "1",
                most = "1000000")
        int sourceAllocations,

        @Key(
                says = "Bytes of data per second of one source, in both directions; without it, no limit.",
                least = "1024",
                most = "2147483647",
                bytes = true)
        Optional<Integer> sourceBytesPerSecond,

        @Key(
                says = "Packets of data per second of one source, in both directions; without it, no limit.",
                least = "1",
                most = "2147483647")
        Optional<Integer> sourcePacketsPerSecond,

        @Key(says = "What all may have together.") Total all,

        @Key(
                says = "How long an allocation lasts for which nothing is asked.",
                usual = "10m",
                least = "1m",
                most = "1d",
                restart = true)
        Duration usualLifetime,

        @Key(
                says = "How long one lasts at most before it must be refreshed.",
                usual = "1h",
                least = "1m",
                most = "1d",
                restart = true)
        Duration longestLifetime,

        @Key(
                says = "Permissions of one allocation at once, and as many channels; past it 508.",
                usual = "64",
                least = "1",
                most = "4096",
                restart = true)
        int permissions,

        @Key(
                says = "Whether DTLS 1.2 is taken on the UDP ports too; it costs far more processor than all else.",
                usual = "false",
                restart = true)
        boolean dtls,

        // without a usual value: so the text of a snapshot of before is one of now
        @Key(
                says =
                        "Whether TCP to peers (RFC 6062) is relayed; without it, true. Calls do not need it. One person begins 20"
                                + " connections in a second at most; past it 508.",
                restart = true)
        Optional<Boolean> tcpPeers,

        @Key(
                says =
                        "The EdgeNode, with the role av too, to which this one sends clients while it takes nobody new: while it is"
                                + " drained, and while there are as many allocations as all may have, or no relayed port is free"
                                + " (300, Try Alternate). Without it, while that node is drained too or has not joined, and where"
                                + " a client cannot reach it, clients are refused (508, 486); who has reached a limit of one person or one"
                                + " source always is.",
                form = TextForm.NAME,
                refers = "EdgeNode")
        Optional<String> alternate)
        implements Checked {

    /** What one person may have. */
    public record Share(
            @Key(says = "Allocations at once; past it 486.", usual = "64", least = "1", most = "1000000")
            int allocations,

            @Key(
                    says = "Bytes of data per second, in both directions; past it data is dropped.",
                    usual = "8MiB",
                    least = "1024",
                    most = "2147483647",
                    bytes = true)
            int bytesPerSecond,

            @Key(
                    says = "Packets of data per second, in both directions; past it data is dropped.",
                    usual = "20000",
                    least = "1",
                    most = "2147483647")
            int packetsPerSecond) {}

    /** What all may have together. */
    public record Total(
            @Key(
                    says =
                            "Allocations at once; past it 486, or 508 if there are fewer ports (300 with alternate). Not more"
                                    + " than relayPorts have on all addresses.",
                    usual = "10000",
                    least = "1",
                    most = "1000000")
            int allocations,

            @Key(
                    says = "Bytes of data per second; without it, no limit.",
                    least = "1024",
                    most = "2147483647",
                    bytes = true)
            Optional<Integer> bytesPerSecond,

            @Key(says = "Packets of data per second; without it, no limit.", least = "1", most = "2147483647")
            Optional<Integer> packetsPerSecond) {}

    private static final String NO_PORTS = "none";
    private static final int FEWEST = 1024;
    private static final int LAST_PORT = 65_535;

    /** How many relayed addresses one address has where no ports are opened. */
    private static final int NAMED_PORTS = 16_384;

    public AvRole {
        addresses = List.copyOf(addresses);
        insideAddresses = List.copyOf(insideAddresses);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** Whether ports are opened for relayed addresses. */
    public boolean hasRelayPorts() {
        return !relayPorts.equals(NO_PORTS);
    }

    /** The first relayed port. */
    public int firstRelayPort() {
        return Integer.parseInt(relayPorts.substring(0, relayPorts.indexOf('-')));
    }

    /** The last relayed port. */
    public int lastRelayPort() {
        return Integer.parseInt(relayPorts.substring(relayPorts.indexOf('-') + 1));
    }

    /** How many relayed addresses there are, and so how many allocations at most. */
    public int relayedAddresses() {
        int ports = hasRelayPorts() ? lastRelayPort() - firstRelayPort() + 1 : NAMED_PORTS;
        return ports * addresses.size();
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("addresses", addresses, found);
        Twice.tell("insideAddresses", insideAddresses, found);
        long ipv6 = addresses.stream().filter(address -> address.contains(":")).count();
        if (addresses.size() == 2 && ipv6 != 1) {
            found.add("addresses", "name two addresses of the same version");
        }
        if (hasWildcard(addresses)) {
            found.add("addresses", "must name the address that relayed ports have, not 0.0.0.0 or ::");
        }
        if (hasWildcard(insideAddresses)) {
            // a datagram that answers must come from where it was asked
            found.add("insideAddresses", "must name addresses, not 0.0.0.0 or ::");
        }
        if (insideHost.isPresent() && insideAddresses.isEmpty()) {
            found.add("insideHost", "is said, but insideAddresses are not");
        }
        if (hasRelayPorts()
                && (firstRelayPort() < FEWEST
                        || firstRelayPort() % 2 != 0
                        || lastRelayPort() > LAST_PORT
                        || lastRelayPort() % 2 != 1
                        || lastRelayPort() < firstRelayPort())) {
            found.add("relayPorts", "go from an even port to an odd one, 1024 to 65535, not " + relayPorts);
        }
        if (longestLifetime.compareTo(usualLifetime) < 0) {
            found.add(
                    "longestLifetime",
                    "(" + Durations.text(longestLifetime) + ") must not be shorter than usualLifetime ("
                            + Durations.text(usualLifetime) + ")");
        }
    }

    private static boolean hasWildcard(List<String> addresses) {
        return addresses.contains("0.0.0.0") || addresses.contains("::");
    }
}
