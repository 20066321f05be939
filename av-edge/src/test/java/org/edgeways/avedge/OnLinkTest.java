package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import org.edgeways.turn.engine.AddressPrefix;
import org.junit.jupiter.api.Test;

class OnLinkTest {

    private static Optional<InterfaceAddress> anyIpv4() throws Exception {
        return NetworkInterface.networkInterfaces()
                .flatMap(leg -> leg.getInterfaceAddresses().stream())
                .filter(address -> address.getAddress() instanceof Inet4Address
                        && !address.getAddress().isLoopbackAddress()
                        && address.getNetworkPrefixLength() > 0)
                .findFirst();
    }

    @Test
    void theNetworkOfAnAddressInsideIsNamedUnlessItIsOutsideToo() throws Exception {
        Optional<InterfaceAddress> one = anyIpv4();
        assumeThat(one).as("a host that is in a network").isPresent();
        InetAddress address = one.get().getAddress();
        AddressPrefix network =
                AddressPrefix.of(address.getHostAddress() + "/" + one.get().getNetworkPrefixLength());
        assertThat(OnLink.networks(List.of(address), List.of())).contains(network);
        assertThat(OnLink.networks(List.of(address), List.of(address))).doesNotContain(network);
        assertThat(OnLink.networks(List.of(), List.of())).isEmpty();
    }

    @Test
    void loopbackIsNoNetwork() {
        assertThat(OnLink.networks(List.of(InetAddress.getLoopbackAddress()), List.of()))
                .isEmpty();
    }
}
