package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.edgeways.avedge.AvEdgeSettings;
import org.edgeways.avedge.AvEdgeSettings.Elsewhere;
import org.edgeways.avedge.AvEdgeSettings.Share;
import org.edgeways.pool.relay.engine.KeyRoll;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.text.Durations;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.Alternate;
import org.edgeways.turn.engine.TurnLimits;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** What the settings of a relay come to. */
class AvConfigTest {

    private static AvConfig of(String av) {
        return of(av, "");
    }

    /** @param more documents, each with a line of hyphens before it */
    private static AvConfig of(String av, String more) {
        String text = """
                {kind: Organisation, name: acorn, spec: {sipDomains: [acorn.example, oak.example]}}
                ---
                kind: EdgeNode
                name: edge1
                spec:
                  publicAddress: 198.51.100.1
                  roles: [access, av]
                  av: {%s}
                  access: {host: sip.acorn.example, addresses: [127.0.0.2]}
                  insideLeg: {host: edge1.acorn.example, addresses: [10.0.0.7]}
                ---
                {kind: Certificate, name: inside, spec: {certificate: in.crt, key: in.key}}
                ---
                {kind: Pool, name: pool, spec: {inside: {host: pool.acorn.example, certificate: inside}}}
                ---
                {kind: Site, name: west, spec: {networks: [9.1.2.0/24, 10.8.0.0/16]}}
                ---
                {kind: Site, name: east, spec: {networks: ["2600:1::/32"]}}
                """.formatted(av) + more;
        return switch (SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))) {
            case SettingsOutcome.Bad bad ->
                throw new AssertionError(bad.problems().toString());
            case SettingsOutcome.Good(var settings) -> {
                EdgeSnapshot snapshot =
                        EdgeSnapshot.of(settings, "edge1", 1, new EdgeSnapshot.Trust(List.of(), List.of()));
                Path none = Path.of("none");
                yield SettingsConfigs.edge(
                                snapshot, none, new SettingsConfigs.Identity(new CertificateFiles(none, none), none))
                        .av()
                        .orElseThrow();
            }
        };
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    @Test
    void whatIsSaidHolds() {
        AvConfig config = of("""
                addresses: [192.0.2.10, "2001:db8::10"], host: media.acorn.example, insideAddresses: [10.0.0.8], udpPort: 3500,
                relayPorts: 50000-50999, realm: calls.acorn.example, allow: [10.9.0.0/16], deny: [8.8.8.0/24],
                person: {allocations: 3, bytesPerSecond: 4096, packetsPerSecond: 5}, sourceAllocations: 6,
                sourceBytesPerSecond: 7000, sourcePacketsPerSecond: 8,
                all: {allocations: 9, bytesPerSecond: 10000, packetsPerSecond: 11},
                usualLifetime: 12m, longestLifetime: 13m, permissions: 14, dtls: true, tcpPeers: false""");
        assertThat(config.dtls()).isTrue();
        AvEdgeSettings settings = config.settings();
        assertThat(settings.realm()).isEqualTo("calls.acorn.example");
        assertThat(settings.outside())
                .containsExactly(
                        new InetSocketAddress(address("192.0.2.10"), 3500),
                        new InetSocketAddress(address("2001:db8::10"), 3500));
        assertThat(settings.inside()).containsExactly(new InetSocketAddress(address("10.0.0.8"), 3500));
        assertThat(settings.relay())
                .isEqualTo(new AvEdgeSettings.Relay(
                        address("192.0.2.10"),
                        address("2001:db8::10"),
                        address("198.51.100.1"),
                        50_000,
                        50_999,
                        true,
                        false));
        assertThat(settings.peers())
                .isEqualTo(new AvEdgeSettings.Peers(
                        List.of(AddressPrefix.of("10.9.0.0/16")),
                        List.of(AddressPrefix.of("8.8.8.0/24")),
                        List.of(address("10.0.0.8"), address("10.0.0.7")),
                        List.of(AddressPrefix.of("2600:1::/32"), AddressPrefix.of("9.1.2.0/24")),
                        List.of()));
        assertThat(settings.quotas())
                .isEqualTo(new AvEdgeSettings.Quota(
                        new Share(3, 4_096, 5), new Share(6, 7_000, 8), new Share(9, 10_000, 11)));
        TurnLimits usual = TurnLimits.DEFAULTS;
        assertThat(settings.limits())
                .isEqualTo(new TurnLimits(
                        AvConfig.MOST_ALLOCATIONS,
                        14,
                        14,
                        usual.connections(),
                        Duration.ofMinutes(12),
                        Duration.ofMinutes(13),
                        usual.answerBytesPerSecond(),
                        usual.answerBurstBytes()));
    }

    private static Alternate other(String ipv4, int port, String name) {
        return new Alternate(TransportAddress.of(address(ipv4), port), null, name);
    }

    @Test
    void clientsAreSentToTheOtherNodeByTheLegThatTheyAreOn() {
        String second = """
                ---
                kind: EdgeNode
                name: edge2
                spec:
                  roles: [access, av]
                  av: {addresses: [192.0.2.20]%s}
                  access: {host: sip2.acorn.example, addresses: [192.0.2.20]}
                  insideLeg: {host: edge2.acorn.example, addresses: [10.0.0.17]}
                """;
        String alternate = "addresses: [192.0.2.10], host: media.acorn.example, alternate: edge2";
        Alternate udp = other("192.0.2.20", 3478, "sip2.acorn.example");
        Alternate tcp = other("192.0.2.20", 443, "sip2.acorn.example");
        Elsewhere.Leg outside = new Elsewhere.Leg(udp, tcp, false);
        assertThat(of(alternate, second.formatted("")).settings().elsewhere())
                .as("from inside nobody is sent to an address outside")
                .isEqualTo(new Elsewhere(outside, Elsewhere.Leg.NONE));
        String inside = ", insideAddresses: [10.0.0.18], insideHost: media2.inside.example, dtls: true";
        Alternate within = other("10.0.0.18", 3478, "media2.inside.example");
        assertThat(of(alternate, second.formatted(inside)).settings().elsewhere())
                .isEqualTo(new Elsewhere(new Elsewhere.Leg(udp, tcp, true), new Elsewhere.Leg(within, within, false)));
        assertThat(of("addresses: [192.0.2.10], host: media.acorn.example", second.formatted(""))
                        .settings()
                        .elsewhere())
                .isEqualTo(Elsewhere.NOWHERE);
    }

    /** Or who is disabled would keep what the last refresh gave. */
    @Test
    void noAllocationLastsLongerThanWithdrawnNumbersAreToldForIt() {
        Key lifetime = Arrays.stream(AvRole.class.getRecordComponents())
                .filter(key -> key.getName().equals("longestLifetime"))
                .findFirst()
                .orElseThrow()
                .getAnnotation(Key.class);
        assertThat(lifetime.most()).isEqualTo(Durations.text(KeyRoll.LONGEST_LIFETIME));
        assertThat(KeyRoll.AFTER).isEqualTo(RelayVerifier.ONGOING.plus(KeyRoll.LONGEST_LIFETIME));
    }

    @Test
    void whatIsNotSaidIsAsUsual() {
        AvConfig config = of("addresses: [127.0.0.2]");
        assertThat(config.dtls()).isFalse();
        assertThat(config.settings().realm()).isEqualTo("acorn.example");
        assertThat(config.settings().quotas()).isEqualTo(AvEdgeSettings.Quota.DEFAULTS);
        TurnLimits usual = TurnLimits.DEFAULTS;
        assertThat(config.settings().limits())
                .isEqualTo(new TurnLimits(
                        AvConfig.MOST_ALLOCATIONS,
                        usual.permissions(),
                        usual.channels(),
                        usual.connections(),
                        usual.defaultLifetime(),
                        usual.longestLifetime(),
                        usual.answerBytesPerSecond(),
                        usual.answerBurstBytes()));
        assertThat(config.settings().relay().firstPort()).isEqualTo(AvEdgeSettings.Relay.FIRST_PORT);
        assertThat(config.settings().relay().lastPort()).isEqualTo(AvEdgeSettings.Relay.LAST_PORT);
        assertThat(config.settings().relay().open()).isTrue();
        assertThat(config.settings().relay().tcpPeers()).isTrue();
        assertThat(of("addresses: [127.0.0.2], relayPorts: none")
                        .settings()
                        .relay()
                        .open())
                .isFalse();
    }

    /** Also if all clients come to one thread, and if it is raised while the node runs. */
    @Test
    void whatAllMayHaveIsLimitedByTheQuotaAloneAsFarAsThereArePorts() {
        AvEdgeSettings settings =
                of("addresses: [192.0.2.10, \"2001:db8::10\"], host: media.acorn.example, relayPorts: 1024-65535,"
                                + " all: {allocations: 129024}")
                        .settings();
        assertThat(settings.quotas().all().allocations()).isEqualTo(129_024);
        assertThat(settings.limits().allocations()).isGreaterThanOrEqualTo(129_024);
    }
}
