package org.edgeways.avedge;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.stun.TransportAddress;

/** The networks that this host is in. */
final class OnLink {

    private static final int IPV4_IN_IPV6 = 96;
    private static final int IPV4_BYTES = 4;

    private OnLink() {}

    /**
     * One interface.
     *
     * @param addresses its own
     * @param networks those that they are in, as far as it says
     */
    record Leg(boolean loopback, List<InetAddress> addresses, List<AddressPrefix> networks) {}

    /**
     * The interfaces of this host.
     *
     * @throws IllegalStateException if they cannot be told
     */
    static List<Leg> legs() {
        List<Leg> legs = new ArrayList<>();
        try {
            for (NetworkInterface leg : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                legs.add(new Leg(
                        leg.isLoopback(),
                        Collections.list(leg.getInetAddresses()),
                        leg.getInterfaceAddresses().stream()
                                .filter(address -> address.getNetworkPrefixLength() > 0)
                                .map(OnLink::network)
                                .toList()));
            }
        } catch (SocketException e) {
            throw new IllegalStateException("the interfaces of this host cannot be told", e);
        }
        return legs;
    }

    /** All networks of the interfaces that have an address of {@code inside} and none of {@code outside}. Loopback is none. */
    static List<AddressPrefix> networks(List<Leg> legs, List<InetAddress> inside, List<InetAddress> outside) {
        return legs.stream()
                .filter(leg -> !leg.loopback()
                        && leg.addresses().stream().anyMatch(inside::contains)
                        && leg.addresses().stream().noneMatch(outside::contains))
                .flatMap(leg -> leg.networks().stream())
                .toList();
    }

    private static AddressPrefix network(InterfaceAddress said) {
        InetAddress address = said.getAddress();
        TransportAddress form = TransportAddress.of(address, 0);
        int before = address.getAddress().length == IPV4_BYTES ? IPV4_IN_IPV6 : 0;
        return new AddressPrefix(form.high(), form.low(), before + said.getNetworkPrefixLength());
    }
}
