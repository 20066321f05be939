package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.edgeways.pool.relay.CredentialsDesk.Place;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.junit.jupiter.api.Test;

/** Which relays a client is told of. */
class RelayPlacesTest {

    private static final String RELAY = """
            ---
            kind: EdgeNode
            name: %1$s
            spec:
              site: %2$s
              roles: [access, av]
              av: {addresses: [192.0.2.1], insideAddresses: [10.0.0.1]}
              access: {host: %1$s.example}
              insideLeg: {host: %1$s.inside.example, addresses: [10.0.0.1]}
            """;

    private static final String NO_RELAY = """
            ---
            kind: EdgeNode
            name: %1$s
            spec:
              site: %2$s
              access: {host: %1$s.example, addresses: [127.0.0.1]}
              insideLeg: {host: %1$s.inside.example, addresses: [10.0.0.1]}
            """;

    private static Settings settings(String nodes) {
        return settings(nodes, "", "");
    }

    /** With more keys of the two sites. */
    private static Settings settings(String nodes, String west, String east) {
        String text = """
                {kind: Organisation, name: acorn, spec: {sipDomains: [acorn.example]}}
                ---
                {kind: Site, name: west, spec: {pool: pool, %1$s}}
                ---
                {kind: Site, name: east, spec: {pool: pool, %2$s}}
                ---
                {kind: Certificate, name: inside, spec: {certificate: in.crt, key: in.key}}
                ---
                {kind: Pool, name: pool, spec: {inside: {host: pool.example, certificate: inside}}}
                """.formatted(west, east) + nodes;
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good(Settings good) -> good;
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
        };
    }

    private static List<String> nearInside(Settings settings) {
        return RelayPlaces.near(settings, new Place.Inside(null));
    }

    private static List<String> nearInside(Settings settings, String client) {
        return RelayPlaces.near(settings, new Place.Inside(InetAddress.ofLiteral(client)));
    }

    private static List<String> of(String node) {
        return List.of(
                "turn:" + node + ".example:3478?transport=udp",
                "turn:" + node + ".example:443?transport=tcp",
                "turns:" + node + ".example:443?transport=tcp");
    }

    @Test
    void aClientIsToldOfTheNodeByWhichItCame() {
        Settings two = settings(RELAY.formatted("west1", "west") + RELAY.formatted("east1", "east"));
        assertThat(RelayPlaces.near(two, new Place.Outside("west1"))).isEqualTo(of("west1"));
        assertThat(RelayPlaces.near(two, new Place.Outside("east1"))).isEqualTo(of("east1"));
    }

    @Test
    void ifThatIsNoRelayThoseOfItsSiteAreTold() {
        Settings some = settings(NO_RELAY.formatted("west0", "west")
                + RELAY.formatted("east1", "east")
                + RELAY.formatted("west1", "west"));
        assertThat(RelayPlaces.near(some, new Place.Outside("west0"))).isEqualTo(of("west1"));
    }

    @Test
    void ifTheSiteHasNoneThoseOfOtherSitesAreTold() {
        Settings some = settings(NO_RELAY.formatted("west0", "west") + RELAY.formatted("east1", "east"));
        assertThat(RelayPlaces.near(some, new Place.Outside("west0"))).isEqualTo(of("east1"));
        assertThat(RelayPlaces.near(some, new Place.Outside("nobody"))).isEqualTo(of("east1"));
        assertThat(RelayPlaces.near(settings(NO_RELAY.formatted("west0", "west")), new Place.Outside("west0")))
                .isEmpty();
    }

    @Test
    void aRelayWithAnAddressOfItsOwnIsToldByItsOwnNameOverUdpAlone() {
        Settings apart = settings(RELAY.formatted("west1", "west")
                .replace("av: {", "av: {host: media.west1.example, ")
                .replace("access: {", "access: {addresses: [192.0.2.10], "));
        assertThat(RelayPlaces.near(apart, new Place.Outside("west1")))
                .containsExactly(
                        "turn:media.west1.example:3478?transport=udp",
                        "turn:west1.example:443?transport=tcp",
                        "turns:west1.example:443?transport=tcp");
        assertThat(RelayPlaces.outside(
                        settings(RELAY.formatted("west1", "west").replace("av: {", "av: {host: \"2001:db8::11\", "))))
                .contains("turn:[2001:db8::11]:3478?transport=udp");
    }

    @Test
    void insideTheInsideAddressesAreTold() {
        assertThat(RelayPlaces.inside(settings(RELAY.formatted("west1", "west"))))
                .containsExactly("turn:10.0.0.1:3478?transport=udp", "turn:10.0.0.1:3478?transport=tcp");
    }

    @Test
    void byANameThatTheCertificateHasTlsIsToldOfInsideToo() {
        assertThat(RelayPlaces.inside(settings(RELAY.formatted("west1", "west")
                        .replace(
                                "insideAddresses: [10.0.0.1]",
                                "insideAddresses: [10.0.0.1, \"fd00::1\"], insideHost: av.inside.example"))))
                .containsExactly(
                        "turn:av.inside.example:3478?transport=udp",
                        "turn:av.inside.example:3478?transport=tcp",
                        "turns:av.inside.example:3478?transport=tcp");
    }

    @Test
    void aClientInsideIsToldOfRelaysThatAreThereOfTwoAtMostAndElseOfThoseOutside() {
        String three = RELAY.formatted("east1", "east")
                + RELAY.formatted("west1", "west").replace("10.0.0.1", "10.0.0.2")
                + RELAY.formatted("west2", "west").replace("10.0.0.1", "10.0.0.3");
        String outsideAlone = RELAY.formatted("away1", "east").replace(", insideAddresses: [10.0.0.1]", "");
        assertThat(nearInside(settings(outsideAlone + three)))
                .containsExactly(
                        "turn:10.0.0.1:3478?transport=udp",
                        "turn:10.0.0.1:3478?transport=tcp",
                        "turn:10.0.0.2:3478?transport=udp",
                        "turn:10.0.0.2:3478?transport=tcp");
        assertThat(nearInside(settings(outsideAlone))).isEqualTo(of("away1"));
        assertThat(nearInside(settings(NO_RELAY.formatted("west0", "west")))).isEmpty();
    }

    private static List<String> insideAt(String address) {
        return List.of("turn:" + address + ":3478?transport=udp", "turn:" + address + ":3478?transport=tcp");
    }

    /** The site east has 10.2.0.0/16 and fd00:2::/32, but 10.2.7.0/24 is in the west. */
    private static Settings withNetworks(String nodes) {
        return settings(
                nodes,
                "networks: [10.1.0.0/16, 10.2.7.0/24, \"fd00:1::/32\"]",
                "networks: [10.2.0.0/16, \"fd00:2::/32\"]");
    }

    @Test
    void aClientInsideIsToldOfRelaysOfTheSiteWhoseNetworkItIsIn() {
        Settings two = withNetworks(RELAY.formatted("east1", "east")
                + RELAY.formatted("west1", "west").replace("10.0.0.1", "10.0.0.2"));
        List<String> east = insideAt("10.0.0.1");
        List<String> west = insideAt("10.0.0.2");
        assertThat(nearInside(two, "10.2.3.4")).isEqualTo(east);
        assertThat(nearInside(two, "10.1.255.255")).isEqualTo(west);
        assertThat(nearInside(two, "10.2.7.1")).as("the smallest network").isEqualTo(west);
        assertThat(nearInside(two, "10.2.8.1")).isEqualTo(east);
        assertThat(nearInside(two, "fd00:2::1")).isEqualTo(east);
        assertThat(nearInside(two, "fd00:1::1")).isEqualTo(west);
        assertThat(nearInside(two, "10.3.0.1"))
                .as("of no site")
                .containsAll(east)
                .containsAll(west);
        assertThat(nearInside(two)).isEqualTo(nearInside(two, "10.3.0.1"));
    }

    @Test
    void whereASiteHasNoRelayInsideThoseOfOthersAreToldAndOutsideItIsTheSame() {
        Settings away = withNetworks(RELAY.formatted("east1", "east").replace(", insideAddresses: [10.0.0.1]", "")
                + RELAY.formatted("west1", "west"));
        assertThat(nearInside(away, "10.2.3.4"))
                .as("inside there is one in the west alone")
                .isEqualTo(insideAt("10.0.0.1"));
        Settings outside = withNetworks((RELAY.formatted("east1", "east") + RELAY.formatted("west1", "west"))
                .replace(", insideAddresses: [10.0.0.1]", ""));
        assertThat(nearInside(outside, "10.2.3.4")).isEqualTo(of("east1"));
        assertThat(nearInside(outside, "10.1.3.4")).isEqualTo(of("west1"));
        assertThat(nearInside(outside, "10.3.3.4")).containsAll(of("east1")).containsAll(of("west1"));
    }
}
