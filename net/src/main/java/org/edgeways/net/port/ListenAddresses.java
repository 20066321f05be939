package org.edgeways.net.port;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where to open sockets for what settings say. All addresses of IPv4 (0.0.0.0) and all of IPv6 (::) are one socket where there
 * is IPv6: the Java runtime switches IPV6_V6ONLY off, so that a socket on either takes both (RFC 3493 section 3.7), and a second
 * one on the same port fails.
 */
public final class ListenAddresses {

    private static final InetAddress ALL = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ALL_OF_BOTH = InetAddress.ofLiteral("::");

    private ListenAddresses() {}

    /**
     * The same without what is there already: of all addresses of IPv4 and all of IPv6 with one port only one stays, in the place
     * of the first, which takes all that this host can have.
     *
     * @param said in the order of the settings
     */
    public static List<InetSocketAddress> once(List<InetSocketAddress> said) {
        return once(said, hasIpv6());
    }

    static List<InetSocketAddress> once(List<InetSocketAddress> said, boolean ipv6) {
        List<InetSocketAddress> opened = new ArrayList<>();
        Set<Integer> ports = new HashSet<>();
        for (InetSocketAddress address : said) {
            if (!address.getAddress().isAnyLocalAddress()) {
                opened.add(address);
            } else if (ports.add(address.getPort())) {
                boolean several = said.stream().anyMatch(other -> isAll(other, address));
                opened.add(several ? new InetSocketAddress(ipv6 ? ALL_OF_BOTH : ALL, address.getPort()) : address);
            }
        }
        return opened;
    }

    /** All addresses of the other version, with the same port. */
    private static boolean isAll(InetSocketAddress other, InetSocketAddress address) {
        return other.getPort() == address.getPort()
                && other.getAddress().isAnyLocalAddress()
                && !other.getAddress().equals(address.getAddress());
    }

    private static boolean hasIpv6() {
        try (ServerSocketChannel probe = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            probe.bind(new InetSocketAddress(ALL_OF_BOTH, 0));
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
