package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        String text = """
                {kind: Organisation, name: acorn, spec: {sipDomains: [acorn.example]}}
                ---
                {kind: Site, name: west, spec: {pool: pool}}
                ---
                {kind: Site, name: east, spec: {pool: pool}}
                ---
                {kind: Certificate, name: inside, spec: {certificate: in.crt, key: in.key}}
                ---
                {kind: Pool, name: pool, spec: {inside: {host: pool.example, certificate: inside}}}
                """ + nodes;
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Good(Settings good) -> good;
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
        };
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
        assertThat(RelayPlaces.outside(two, "west1")).isEqualTo(of("west1"));
        assertThat(RelayPlaces.outside(two, "east1")).isEqualTo(of("east1"));
    }

    @Test
    void ifThatIsNoRelayThoseOfItsSiteAreTold() {
        Settings some = settings(NO_RELAY.formatted("west0", "west")
                + RELAY.formatted("east1", "east")
                + RELAY.formatted("west1", "west"));
        assertThat(RelayPlaces.outside(some, "west0")).isEqualTo(of("west1"));
    }

    @Test
    void ifTheSiteHasNoneThoseOfOtherSitesAreTold() {
        Settings some = settings(NO_RELAY.formatted("west0", "west") + RELAY.formatted("east1", "east"));
        assertThat(RelayPlaces.outside(some, "west0")).isEqualTo(of("east1"));
        assertThat(RelayPlaces.outside(some, "nobody")).isEqualTo(of("east1"));
        assertThat(RelayPlaces.outside(settings(NO_RELAY.formatted("west0", "west")), "west0"))
                .isEmpty();
    }

    @Test
    void aRelayWithAnAddressOfItsOwnIsToldByItsOwnNameOverUdpAlone() {
        Settings apart = settings(RELAY.formatted("west1", "west")
                .replace("av: {", "av: {host: media.west1.example, ")
                .replace("access: {", "access: {addresses: [192.0.2.10], "));
        assertThat(RelayPlaces.outside(apart, "west1"))
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
        assertThat(RelayPlaces.nearInside(settings(outsideAlone + three)))
                .containsExactly(
                        "turn:10.0.0.1:3478?transport=udp",
                        "turn:10.0.0.1:3478?transport=tcp",
                        "turn:10.0.0.2:3478?transport=udp",
                        "turn:10.0.0.2:3478?transport=tcp");
        assertThat(RelayPlaces.nearInside(settings(outsideAlone))).isEqualTo(of("away1"));
        assertThat(RelayPlaces.nearInside(settings(NO_RELAY.formatted("west0", "west"))))
                .isEmpty();
    }
}
