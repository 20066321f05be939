package org.edgeways.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class SourceNetworkTest {

    @Test
    void countsOneIpv4AddressAndOneIpv6Prefix() throws Exception {
        assertThat(network("198.51.100.7")).isEqualTo(network("198.51.100.7")).isNotEqualTo(network("198.51.100.8"));
        assertThat(network("2001:db8::1")).isEqualTo(network("2001:db8::2")).isNotEqualTo(network("2001:db8:0:1::1"));
        assertThat(network("198.51.100.7")).hasToString("198.51.100.7");
        assertThat(network("2001:db8::1")).hasToString("2001:db8:0:0::/64");
    }

    private static SourceNetwork network(String text) throws Exception {
        return SourceNetwork.of(InetAddress.getByName(text));
    }
}
