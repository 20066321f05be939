package org.edgeways.interop;

import java.util.List;

/** What the routers of {@link Networks} do (nftables), and which names its DNS servers know (dnsmasq). */
final class NetworkRules {
    /**
     * Of {@code fw}: nothing begins in the perimeter. What tries is counted before a {@linkplain Networks.Cut cut} can drop it, and
     * apart from packets of connections that the firewall has forgotten.
     */
    static final String FIREWALL = """
            table inet fw {
              counter blocked { }
              counter tried { }
              chain attempts {
                type filter hook forward priority -30; policy accept;
                iifname "per0" ct state new tcp flags & (syn | ack) == syn counter name "tried"
                iifname "per0" ct state new meta l4proto != tcp counter name "tried"
              }
              set allow_in { type ipv4_addr . inet_proto . inet_service ; }
              chain forward {
                type filter hook forward priority 0; policy drop;
                ct state established,related accept
                iifname "in0" accept
                iifname "per0" ip daddr . ip protocol . th dport @allow_in accept
                iifname "per0" counter name "blocked" reject with icmpx type admin-prohibited
              }
            }
            """;

    /** Of {@code nat}: a random port for each destination. */
    static final String SYMMETRIC_NAT = """
            table ip nat {
              chain after { type nat hook postrouting priority 100;
                oifname "eth0" masquerade fully-random
              }
            }
            table inet filter {
              chain forward { type filter hook forward priority 0; policy drop;
                ct state established,related accept
                iifname "lan0" accept
              }
            }
            """;

    /**
     * Of {@code wire}. {@link DatagramReading} has the same conditions for the datagrams that pass, so that both count the same
     * ones.
     */
    static final String WIRE = """
            table ip wire {
              counter unread { }
              counter datagrams { }
              chain before { type nat hook prerouting priority -100;
                iifname "eth0" ip saddr 198.51.100.50 ip daddr 198.51.100.10 tcp dport 443 redirect
              }
              chain after { type nat hook postrouting priority 100;
                oifname "edge0" ip daddr 198.51.100.10 fib saddr type local snat to 198.51.100.50
              }
              chain forward { type filter hook forward priority 0; policy accept;
                iifname "edge0" ip daddr 198.51.100.1 udp dport 53 counter name "datagrams" accept
                iifname "edge0" ip saddr 198.51.100.10 udp sport { 3478, 49152-65535 } counter name "datagrams" accept
                iifname "edge0" icmp type destination-unreachable counter name "datagrams" accept
                iifname "edge0" ip daddr { 198.51.100.66, 198.51.100.67, 198.51.100.68 } accept
                iifname "edge0" counter name "unread" drop
              }
            }
            """;

    /** Known to everybody. */
    static final List<String> PUBLIC_NAMES =
            List.of("host-record=edge.acorn.example,198.51.100.10", "host-record=sip.acorn.example,198.51.100.10");

    /** Known inside. */
    static final List<String> INSIDE_NAMES = List.of(
            "host-record=pool.inside.acorn.example,10.10.1.10",
            "host-record=edge1.perimeter.acorn.example,172.16.1.10");

    private NetworkRules() {}
}
