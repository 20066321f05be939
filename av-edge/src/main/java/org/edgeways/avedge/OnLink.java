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
     * All networks of the interfaces that have an address of {@code inside} and none of {@code outside}. Loopback is none.
     *
     * @throws IllegalStateException if the interfaces cannot be told
     */
    static List<AddressPrefix> networks(List<InetAddress> inside, List<InetAddress> outside) {
        List<AddressPrefix> networks = new ArrayList<>();
        try {
            for (NetworkInterface leg : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                List<InetAddress> its = Collections.list(leg.getInetAddresses());
                if (!leg.isLoopback()
                        && its.stream().anyMatch(inside::contains)
                        && its.stream().noneMatch(outside::contains)) {
                    leg.getInterfaceAddresses().stream()
                            .filter(address -> address.getNetworkPrefixLength() > 0)
                            .map(OnLink::network)
                            .forEach(networks::add);
                }
            }
        } catch (SocketException e) {
            throw new IllegalStateException("the interfaces of this host cannot be told", e);
        }
        return networks;
    }

    private static AddressPrefix network(InterfaceAddress said) {
        InetAddress address = said.getAddress();
        TransportAddress form = TransportAddress.of(address, 0);
        int before = address.getAddress().length == IPV4_BYTES ? IPV4_IN_IPV6 : 0;
        return new AddressPrefix(form.high(), form.low(), before + said.getNetworkPrefixLength());
    }
}
