package org.edgeways.settings.kind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.edgeways.settings.Acorn;
import org.junit.jupiter.api.Test;

/** Where clients come to a relay, by the settings of its node; it has the public address 198.51.100.77. */
class RelayPlaceTest {

    private static final String HOST = "host: sip2.acorn.example";

    private static Optional<RelayPlace> place(String roles, String access, String av) {
        return Acorn.settings(Acorn.TEXT.replace(
                        "  access:\n    host: sip2.acorn.example\n",
                        "  roles: " + roles + "\n  av: {" + av + "}\n  access:\n    " + access + "\n"))
                .nodes()
                .get("edge2")
                .relayPlace();
    }

    private static RelayPlace place(String access, String av) {
        return place("[access, av]", access, av).orElseThrow();
    }

    @Test
    void aNodeWithoutTheRoleHasNone() {
        assertThat(place("[access]", HOST, "addresses: [10.2.0.1]")).isEmpty();
    }

    @Test
    void behindTranslationClientsComeToThePublicAddress() {
        List<String> seen = List.of("198.51.100.77", "2001:db8::1");
        assertThat(place(HOST, "addresses: [10.2.0.1, \"2001:db8::1\"], dtls: true"))
                .isEqualTo(new RelayPlace(
                        new RelayPlace.Leg(seen, 3478, seen, 443, Optional.of("sip2.acorn.example")),
                        Optional.empty(),
                        true));
    }

    @Test
    void whoComesOverTcpComesToTheSharedPortAndThereToTheRelaysAddressIfItIsThere() {
        String access = HOST + "\n    sipTlsPort: 5061\n    addresses: [\"2001:db8::7\", %s, \"2001:db8::8\"]";
        RelayPlace.Leg leg = place(access.formatted("\"2001:db8::1\""), "addresses: [\"2001:db8::1\"], udpPort: 3500")
                .outside();
        assertThat(leg.udpPort()).isEqualTo(3500);
        assertThat(leg.tcpPort()).isEqualTo(5061);
        assertThat(leg.tcpAddresses()).containsExactly("2001:db8::1");
        leg = place(access.formatted("10.2.0.9"), "addresses: [\"2001:db8::1\"], host: media.acorn.example")
                .outside();
        assertThat(leg.udpAddresses()).containsExactly("2001:db8::1");
        assertThat(leg.tcpAddresses()).containsExactly("198.51.100.77", "2001:db8::7");
    }

    @Test
    void insideItHasAnAddressOfEachVersionAndOnePort() {
        RelayPlace place =
                place(HOST, "addresses: [10.2.0.1], insideAddresses: [10.3.0.1, 10.3.0.2, \"fd00::1\"], udpPort: 3500");
        List<String> inside = List.of("10.3.0.1", "fd00::1");
        assertThat(place.inside()).contains(new RelayPlace.Leg(inside, 3500, inside, 3500, Optional.empty()));
        assertThat(place(HOST, "addresses: [10.2.0.1], insideAddresses: [10.3.0.1], insideHost: media.inside.example")
                        .inside()
                        .orElseThrow()
                        .certificateName())
                .contains("media.inside.example");
    }

    /** RFC 8489 section 14.16: ALTERNATE-DOMAIN is a name. */
    @Test
    void anAddressIsNoNameOfACertificate() {
        for (String host : List.of("198.51.100.77", "\"2001:db8::1\"", "\"[2001:db8::1]\"")) {
            assertThat(place("host: " + host, "addresses: [10.2.0.1]").outside().certificateName())
                    .as(host)
                    .isEmpty();
        }
    }
}
