package org.edgeways.net.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.edgeways.net.Admission;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.net.BanCheck;
import org.junit.jupiter.api.Test;

class ListenAddressesTest {

    private static List<InetSocketAddress> at(int port, String... addresses) {
        return Stream.of(addresses)
                .map(address -> new InetSocketAddress(InetAddress.ofLiteral(address), port))
                .toList();
    }

    @Test
    void allOfBothVersionsAreOneSocket() {
        assertThat(ListenAddresses.once(at(5061, "0.0.0.0", "::"), true)).isEqualTo(at(5061, "::"));
        assertThat(ListenAddresses.once(at(5061, "::", "0.0.0.0"), true)).isEqualTo(at(5061, "::"));
        assertThat(ListenAddresses.once(at(5061, "::", "0.0.0.0"), false))
                .as("a host without IPv6")
                .isEqualTo(at(5061, "0.0.0.0"));
    }

    @Test
    void whatIsSaidAloneStaysAsItIsSaid() {
        for (boolean ipv6 : List.of(true, false)) {
            assertThat(ListenAddresses.once(at(5061, "0.0.0.0"), ipv6)).isEqualTo(at(5061, "0.0.0.0"));
            assertThat(ListenAddresses.once(at(5061, "::"), ipv6)).isEqualTo(at(5061, "::"));
        }
        assertThat(ListenAddresses.once(at(5061, "10.0.0.1", "2001:db8::1"), true))
                .isEqualTo(at(5061, "10.0.0.1", "2001:db8::1"));
    }

    @Test
    void otherPortsAreOthers() {
        List<InetSocketAddress> said = Stream.concat(at(5061, "0.0.0.0").stream(), at(443, "::").stream())
                .toList();
        assertThat(ListenAddresses.once(said, true)).isEqualTo(said);
    }

    @Test
    void aListenerOnAllAddressesOfBothVersionsOpensInEitherOrder() throws Exception {
        try (PortRig rig = new PortRig()) {
            rig.open();
            Admission admission = new Admission(
                    "inside", new AdmissionLimits(1, 1, 1, PortRig.PATIENCE), BanCheck.NONE, rig.counters);
            for (List<InetSocketAddress> said : List.of(at(0, "0.0.0.0", "::"), at(0, "::", "0.0.0.0"))) {
                List<SharedListener> opened = SharedListener.openAll(
                        rig.context, "inside", said, admission, new ProtocolTable(), PortEvents.NONE);
                opened.forEach(SharedListener::close);
                assertThat(opened).hasSize(1);
            }
        }
    }
}
