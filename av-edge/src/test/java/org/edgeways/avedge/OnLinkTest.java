package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

class OnLinkTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress INSIDE = InetAddress.ofLiteral("203.0.113.5");
    private static final InetAddress INSIDE_TOO = InetAddress.ofLiteral("2001:db8:5::5");
    private static final InetAddress OUTSIDE = InetAddress.ofLiteral("198.51.100.10");
    private static final AddressPrefix NETWORK = AddressPrefix.of("203.0.113.0/24");
    private static final AddressPrefix NETWORK_TOO = AddressPrefix.of("2001:db8:5::/64");

    private static final List<OnLink.Leg> LEGS = List.of(
            new OnLink.Leg(true, List.of(LOOPBACK), List.of(AddressPrefix.of("127.0.0.0/8"))),
            new OnLink.Leg(false, List.of(INSIDE, INSIDE_TOO), List.of(NETWORK, NETWORK_TOO)),
            new OnLink.Leg(false, List.of(OUTSIDE), List.of(AddressPrefix.of("198.51.100.0/24"))));

    @Test
    void allNetworksOfAnInterfaceInsideAreNamed() {
        assertThat(OnLink.networks(LEGS, List.of(INSIDE), List.of(OUTSIDE))).containsExactly(NETWORK, NETWORK_TOO);
        assertThat(OnLink.networks(LEGS, List.of(INSIDE_TOO), List.of())).containsExactly(NETWORK, NETWORK_TOO);
        assertThat(OnLink.networks(LEGS, List.of(), List.of())).isEmpty();
    }

    @Test
    void anInterfaceThatIsOutsideTooIsNotInside() {
        assertThat(OnLink.networks(LEGS, List.of(INSIDE), List.of(INSIDE_TOO))).isEmpty();
    }

    @Test
    void loopbackIsNoNetwork() {
        assertThat(OnLink.networks(LEGS, List.of(LOOPBACK), List.of())).isEmpty();
    }

    @Test
    void theInterfacesOfThisHostAreTold() {
        TransportAddress sameNetwork = TransportAddress.of(InetAddress.ofLiteral("127.5.5.5"), 0);
        assertThat(OnLink.legs()).anySatisfy(leg -> {
            assertThat(leg.loopback()).isTrue();
            assertThat(leg.addresses()).contains(LOOPBACK);
            assertThat(leg.networks()).anyMatch(network -> network.contains(sameNetwork.high(), sameNetwork.low()));
        });
    }
}
