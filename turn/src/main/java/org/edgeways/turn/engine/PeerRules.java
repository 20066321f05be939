package org.edgeways.turn.engine;

import java.util.List;
import java.util.stream.Stream;
import org.edgeways.turn.stun.TransportAddress;

/**
 * The usual policy: nothing to addresses that are not of the public Internet, in whatever clothes they come. An address is
 * judged as it is, and so is every IPv4 address that it stands for: mapped (RFC 4291 section 2.5.5.2), compatible (section
 * 2.5.5.1), translated (RFC 2765), 6to4 (RFC 3056), NAT64 (RFC 6052, RFC 8215), Teredo (RFC 4380, server and client) and
 * ISATAP (RFC 5214). One that is refused refuses the whole. What is denied is refused even if it is allowed too.
 *
 * @param allow what may be reached although it is not global, or inside
 * @param deny what may not be reached; stronger than {@code allow}
 * @param inside networks which are not of the Internet though their addresses are global; refused unless allowed
 * @param outside what is not inside though it lies in one of those: it is judged as without them
 */
public record PeerRules(
        List<AddressPrefix> allow, List<AddressPrefix> deny, List<AddressPrefix> inside, List<AddressPrefix> outside)
        implements PeerPolicy {

    /** What is refused unless it is allowed: all that RFC 6890 and its successors do not call global, and multicast. */
    static final List<AddressPrefix> NOT_GLOBAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/128",
                    "::1/128",
                    "100::/64",
                    "2001:2::/48",
                    "2001:10::/28",
                    "2001:20::/28",
                    "2001:db8::/32",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(AddressPrefix::of)
            .toList();

    private static final long NAT64 = 0x0064_ff9b_0000_0000L;
    private static final long NAT64_LOCAL = 0x0064_ff9b_0001L; // the first 48 bits

    /** Rules for a host that has no inside. */
    public PeerRules(List<AddressPrefix> allow, List<AddressPrefix> deny) {
        this(allow, deny, List.of(), List.of());
    }

    public PeerRules {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        inside = List.copyOf(inside);
        outside = List.copyOf(outside);
    }

    /** Whether no address of a network is of the public Internet: it is refused, unless it is allowed, without being named. */
    public static boolean isNowhereGlobal(AddressPrefix network) {
        return NOT_GLOBAL.stream().anyMatch(refused -> refused.contains(network));
    }

    @Override
    public boolean allows(long high, long low) {
        if (!judge(high, low)) {
            return false;
        }
        if (TransportAddress.isIpv4(high, low)) {
            return true;
        }
        int first = (int) (high >>> 32);
        if (high == 0 && low >>> 32 == 0) {
            return low <= 1 || judge((int) low); // compatible; :: and ::1 stand for no other
        }
        if (high == 0 && low >>> 32 == 0xffff_0000L) {
            return judge((int) low); // translated
        }
        if (first >>> 16 == 0x2002) {
            return judge((int) (high >>> 16)); // 6to4
        }
        if (first == 0x2001_0000) {
            return judge((int) high) && judge(~(int) low); // Teredo
        }
        if (high == NAT64 && low >>> 32 == 0) {
            return judge((int) low);
        }
        if (high >>> 16 == NAT64_LOCAL) {
            return false; // the network's own NAT64, of whatever form (RFC 8215)
        }
        int identifier = (int) (low >>> 32);
        return (identifier & ~0x0200_0000) != 0x0000_5efe || judge((int) low); // ISATAP
    }

    private boolean judge(int ipv4) {
        return judge(0, TransportAddress.low(ipv4));
    }

    private boolean judge(long high, long low) {
        return !isIn(deny, high, low)
                && (isIn(allow, high, low)
                        || !isIn(NOT_GLOBAL, high, low) && (!isIn(inside, high, low) || isIn(outside, high, low)));
    }

    private static boolean isIn(List<AddressPrefix> networks, long high, long low) {
        for (AddressPrefix network : networks) {
            if (network.contains(high, low)) {
                return true;
            }
        }
        return false;
    }
}
