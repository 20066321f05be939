package org.edgeways.settings.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/**
 * Where clients reach the relay of an edge node.
 *
 * @param outside clients outside
 * @param inside clients inside; without it, as those outside
 * @param dtls whether clients over DTLS are taken where those over UDP are
 */
public record RelayPlace(
        @Key(says = "Where clients outside reach it.") Leg outside,
        @Key(says = "Where clients inside reach it.") Optional<Leg> inside,
        @Key(says = "Whether DTLS is taken.") boolean dtls) {

    /**
     * One leg; at most one address of each version, for each transport.
     *
     * @param udpAddresses where clients over UDP come
     * @param udpPort the port there
     * @param tcpAddresses where clients over TCP and TLS come
     * @param tcpPort the port there
     * @param certificateName the name in the certificate that they are shown; without it, none is known, and nobody is sent there who
     *     verifies it
     */
    public record Leg(
            @Key(says = "Addresses for UDP.", form = TextForm.ADDRESS, atLeast = 1, atMost = 2)
            List<String> udpAddresses,

            @Key(says = "The port.", least = "1", most = "65535")
            int udpPort,

            @Key(says = "Addresses for TCP and TLS.", form = TextForm.ADDRESS, atLeast = 1, atMost = 2)
            List<String> tcpAddresses,

            @Key(says = "The port.", least = "1", most = "65535")
            int tcpPort,

            @Key(says = "The name in the certificate.", form = TextForm.HOST)
            Optional<String> certificateName) {

        public Leg {
            udpAddresses = List.copyOf(udpAddresses);
            tcpAddresses = List.copyOf(tcpAddresses);
        }

        /** Whether clients over UDP come to the same place. */
        public boolean isReachedAs(Leg other) {
            return udpPort == other.udpPort && udpAddresses.stream().anyMatch(other.udpAddresses::contains);
        }
    }

    /** That of a node with the roles av and access. */
    static RelayPlace of(EdgeNode.Access access, AvRole av, Optional<String> publicAddress) {
        List<String> shared = access.addresses();
        boolean everywhere = shared.contains("0.0.0.0") || shared.contains("::");
        Leg outside = new Leg(
                seen(av.addresses(), publicAddress),
                av.udpPort(),
                seen(everywhere ? av.addresses() : oneOfEach(shared, av.addresses()), publicAddress),
                access.sipTlsPort(),
                Optional.of(access.host()).filter(RelayPlace::isName));
        List<String> inside = oneOfEach(av.insideAddresses(), List.of());
        return new RelayPlace(
                outside,
                inside.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Leg(
                                inside,
                                av.udpPort(),
                                inside,
                                av.udpPort(),
                                av.insideHost().filter(RelayPlace::isName))),
                av.dtls());
    }

    /** Of each version the first one, but rather one that is among the preferred. */
    private static List<String> oneOfEach(List<String> addresses, List<String> preferred) {
        List<String> chosen = new ArrayList<>();
        for (boolean ipv6 : new boolean[] {false, true}) {
            List<String> those = addresses.stream()
                    .filter(address -> isIpv6(address) == ipv6)
                    .toList();
            those.stream()
                    .filter(preferred::contains)
                    .findFirst()
                    .or(() -> those.stream().findFirst())
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static List<String> seen(List<String> addresses, Optional<String> publicAddress) {
        return addresses.stream()
                .map(address -> isIpv6(address) ? address : publicAddress.orElse(address))
                .toList();
    }

    private static boolean isIpv6(String address) {
        return address.contains(":");
    }

    private static boolean isName(String host) {
        return !isIpv6(host) && !TextForm.ADDRESS.fits(host);
    }
}
