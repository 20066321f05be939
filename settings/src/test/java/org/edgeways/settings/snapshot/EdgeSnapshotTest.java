package org.edgeways.settings.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.settings.Acorn;
import org.edgeways.settings.Settings;
import org.edgeways.settings.form.KeyForm;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.ValueForm;
import org.edgeways.settings.kind.Kind;
import org.edgeways.settings.kind.Role;
import org.edgeways.settings.snapshot.EdgeSnapshot.Trust;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.tokens.RelayKey;
import org.edgeways.tokens.RelayUser;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.SignedSnapshot;
import org.edgeways.tokens.SnapshotSigner;
import org.edgeways.tokens.TokensErrorCode;
import org.junit.jupiter.api.Test;

class EdgeSnapshotTest {

    private static final String PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";

    private final Settings settings = Acorn.settings();
    private final Trust trust = new Trust(List.of(PEM), List.of("0a1b"));
    private final EdgeSnapshot snapshot = EdgeSnapshot.of(settings, "edge1", 7, trust);
    private final SnapshotSigner signer = new SnapshotSigner(SnapshotSigner.newKeys(new SecureRandom()));
    private final SnapshotReader reader = new SnapshotReader("edge1", List.of(signer.key()));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> ok -> throw new AssertionError("was read");
            case Result.Bad<?> bad -> bad.code();
        };
    }

    @Test
    void holdsWhatTheNodeNeeds() {
        assertThat(snapshot.access().orElseThrow().host()).isEqualTo("sip.acorn.example");
        assertThat(snapshot.access().orElseThrow().webSocketPort()).contains(443);
        assertThat(snapshot.access().orElseThrow().certificates().getFirst().key())
                .isEqualTo("outside.key");
        assertThat(snapshot.limits().requests().failedCredentials()).isEqualTo(20);
        assertThat(snapshot.routes())
                .containsExactly(new EdgeSnapshot.NextHop(List.of("acorn.example", "oak.example"), "service:pool"));
        assertThat(snapshot.services()).containsExactly("address-book");
        assertThat(EdgeSnapshot.of(settings, "edge2", 7, trust).services()).containsExactly("address-book", "notes");
        assertThat(snapshot.authorities()).containsExactly(PEM);
    }

    @Test
    void holdsNothingOfAnotherNodeNorOfTheInside() {
        assertThat(snapshot.json())
                .contains("edge1", "sip.acorn.example", "10.3.0.11")
                .doesNotContain(
                        "edge2", "sip2", "secondname", "second.crt", "second.key", "198.51.100.77") // the other node
                .doesNotContain("web.inside", "8081", "notes", "/run/") // origins
                .doesNotContain("pool.inside", "10.9.8.7", "inside.crt", "inside.key") // the pool
                .doesNotContain("10.1.0.1", "west"); // where the inside dials, and the site
    }

    @Test
    void readsBackAsItWas() {
        assertThat(EdgeSnapshot.read(bytes(snapshot.json())).orThrow()).isEqualTo(snapshot);
    }

    @Test
    void aNodeThatThereIsNotHasNone() {
        assertThatThrownBy(() -> EdgeSnapshot.of(settings, "edge3", 1, trust))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void contentWithAKeyTooManyOrTooFewIsRefused() {
        assertThat(code(EdgeSnapshot.read(bytes(snapshot.json().replace("{\"format\":1", "{\"format\":1,\"more\":1")))))
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        assertThat(code(EdgeSnapshot.read(bytes(snapshot.json().replace("\"hideTopology\":true,", "")))))
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        assertThat(code(EdgeSnapshot.read(bytes(snapshot.json().replace("\"failedCredentials\":20,", "")))))
                .as("a key that has a usual value is not left out either")
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
    }

    @Test
    void contentInAnotherSpellingIsRefused() {
        for (String other : List.of(
                snapshot.json() + " ",
                snapshot.json().replace("\"format\":1,", "\"format\": 1,"),
                snapshot.json().replace("\"15m\"", "\"900s\""),
                snapshot.json().replace("edge1.perimeter", "\\u0065dge1.perimeter"))) {
            assertThat(other).isNotEqualTo(snapshot.json());
            assertThat(code(EdgeSnapshot.read(bytes(other)))).isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        }
    }

    @Test
    void contentOfAnotherFormatIsRefused() {
        Result<EdgeSnapshot> read = EdgeSnapshot.read(bytes(snapshot.json().replace("\"format\":1", "\"format\":2")));
        assertThat(read)
                .isInstanceOfSatisfying(
                        Result.Bad.class, bad -> assertThat(bad.reason()).contains("format", "from 1 to 1, is 2"));
    }

    @Test
    void contentThatIsNoTextOrTooLongIsRefused() {
        assertThat(code(EdgeSnapshot.read(new byte[] {(byte) 0xff, 1})))
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        assertThat(code(EdgeSnapshot.read(new byte[SignedSnapshot.MAX_PAYLOAD_BYTES + 1])))
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        assertThat(code(EdgeSnapshot.read(bytes("{\"a\":".repeat(100_000)))))
                .isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
        assertThat(code(EdgeSnapshot.read(new byte[0]))).isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
    }

    @Test
    void theNodeReadsWhatTheInsideSigned() {
        byte[] envelope = snapshot.signed(signer).bytes();
        assertThat(reader.read(envelope, 0).orThrow()).isEqualTo(snapshot);
        assertThat(reader.read(envelope, 7).orThrow()).isEqualTo(snapshot);
        assertThat(code(reader.read(envelope, 8))).isEqualTo(TokensErrorCode.SNAPSHOT_OLDER);
    }

    @Test
    void contentThatDoesNotBelongToItsEnvelopeIsRefused() {
        byte[] revision = signer.sign("edge1", 8, bytes(snapshot.json())).bytes();
        assertThat(code(reader.read(revision, 0))).isEqualTo(SettingsErrorCode.SNAPSHOT_INCONSISTENT);
        byte[] node = signer.sign(
                        "edge1",
                        7,
                        bytes(EdgeSnapshot.of(settings, "edge2", 7, trust).json()))
                .bytes();
        assertThat(code(reader.read(node, 0))).isEqualTo(SettingsErrorCode.SNAPSHOT_INCONSISTENT);
    }

    @Test
    void asManyRefusedCertificatesAsAllowedFitIntoASnapshot() {
        Trust full = new Trust(Collections.nCopies(16, PEM), Collections.nCopies(10_000, "f".repeat(40)));
        EdgeSnapshot largest = EdgeSnapshot.of(settings, "edge1", Long.MAX_VALUE, full);
        assertThat(reader.read(largest.signed(signer).bytes(), 0).orThrow()).isEqualTo(largest);
        Trust over = new Trust(List.of(PEM), Collections.nCopies(10_001, "f"));
        byte[] refused =
                EdgeSnapshot.of(settings, "edge1", 1, over).signed(signer).bytes();
        assertThat(code(reader.read(refused, 0))).isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
    }

    private EdgeSnapshot with(EdgeSnapshot.Relay relay) {
        return new EdgeSnapshot(
                1,
                7,
                "edge1",
                List.of(Role.AV),
                snapshot.access(),
                snapshot.insideLeg(),
                snapshot.av(),
                snapshot.alternate(),
                snapshot.draining(),
                snapshot.publicAddress(),
                snapshot.admin(),
                snapshot.certificateCheck(),
                snapshot.sipDomains(),
                snapshot.insideNames(),
                snapshot.hideTopology(),
                snapshot.routes(),
                snapshot.services(),
                snapshot.limits(),
                snapshot.authorities(),
                snapshot.refusedSerials(),
                Optional.of(relay),
                snapshot.insideNetworks(),
                snapshot.outsideAddresses());
    }

    private static EdgeSnapshot ofRelay(String networks) {
        return EdgeSnapshot.of(
                Acorn.settings(Acorn.TEXT
                        .replace(
                                "roles: [access]",
                                "roles: [access, av]\n  av: {addresses: [10.3.0.11], host: sip.acorn.example}")
                        .replace(
                                "  pool: pool\n---\nkind: EdgeNode",
                                "  pool: pool\n" + networks + "---\nkind: EdgeNode")),
                "edge1",
                7,
                new Trust(List.of(PEM), List.of()));
    }

    /** A relay cannot tell them from the Internet; private ones it refuses anyhow. */
    @Test
    void aRelayIsToldTheGlobalNetworksOfAllSitesAndNobodyElseIs() {
        String networks = "  networks: [10.7.0.0/16, \"2600:1::/32\", 9.1.2.0/24, \"fd00:7::/48\"]\n";
        EdgeSnapshot told = ofRelay(networks);
        assertThat(told.insideNetworks()).contains(List.of("2600:1::/32", "9.1.2.0/24"));
        assertThat(EdgeSnapshot.read(bytes(told.json())).orThrow()).isEqualTo(told);
        assertThat(EdgeSnapshot.of(
                                Acorn.settings(Acorn.TEXT.replace(
                                        "  pool: pool\n---\nkind: EdgeNode",
                                        "  pool: pool\n" + networks + "---\nkind: EdgeNode")),
                                "edge1",
                                7,
                                trust)
                        .json())
                .as("a node that is no relay")
                .doesNotContain("9.1.2.0", "2600:1");
        SnapshotChange change = SnapshotChange.between(ofRelay(""), told);
        assertThat(change.keys()).containsExactly("insideNetworks");
        assertThat(change.restartNeeded()).isEmpty();
    }

    /** One who is nowhere else is at that site; everybody outside is in it, too. */
    @Test
    void aNetworkOfAllAddressesIsToldToNoRelay() {
        EdgeSnapshot told = ofRelay("  networks: [0.0.0.0/0, \"::/0\", 9.1.2.0/24]\n");
        assertThat(told.insideNetworks()).contains(List.of("9.1.2.0/24"));
    }

    @Test
    void aRelayIsToldWhichOtherRelaysAreInNetworksThatAreInsideOtherwise() {
        String text = Acorn.TEXT
                .replace(
                        "  roles: [access]\n",
                        "  roles: [access, av]\n  av: {addresses: [10.3.0.11], host: a.example}\n")
                .replace(
                        "  site: west\n  access:",
                        "  site: west\n  roles: [access, av]\n  av: {addresses: [10.2.0.12, \"2600:1::7\"]}\n  access:");
        String networks = "  pool: pool\n  networks: [198.51.0.0/16, \"2600:1::/32\"]\n---\nkind: EdgeNode";
        EdgeSnapshot told = EdgeSnapshot.of(
                Acorn.settings(text.replace("  pool: pool\n---\nkind: EdgeNode", networks)), "edge1", 7, trust);
        assertThat(told.insideNetworks()).contains(List.of("198.51.0.0/16", "2600:1::/32"));
        assertThat(told.outsideAddresses()).contains(List.of("198.51.100.77", "2600:1::7"));
        assertThat(EdgeSnapshot.read(bytes(told.json())).orThrow()).isEqualTo(told);
        EdgeSnapshot elsewhere = EdgeSnapshot.of(Acorn.settings(text), "edge1", 7, trust);
        assertThat(elsewhere.outsideAddresses()).isEmpty();
        assertThat(elsewhere.json()).doesNotContain("outsideAddresses", "198.51.100.77");
    }

    /** As one that a node has kept, or got from an inside of before: an older node reads one without them, too. */
    @Test
    void withoutSuchNetworksTheKeyIsLeftOut() {
        EdgeSnapshot told = ofRelay("  networks: [10.7.0.0/16]\n");
        assertThat(told.insideNetworks()).isEmpty();
        assertThat(told.json()).doesNotContain("insideNetworks");
        assertThat(EdgeSnapshot.read(bytes(told.json())).orThrow()).isEqualTo(told);
    }

    @Test
    void aRelayIsToldWhatChecksCredentialsAndNobodyElseIs() {
        RelayKey key = new RelayKey(RelayKey.newKeys(new SecureRandom()));
        RelayUser user = new RelayUser(7, 0xABCDEF);
        String username = key.mint(user, 1_000, new SecureRandom()).username();
        EdgeSnapshot.Relay relay = EdgeSnapshot.Relay.of(List.of(key.check()), Set.of(8L));
        assertThat(EdgeSnapshot.of(settings, "edge1", 7, new Trust(List.of(PEM), List.of(), relay))
                        .relay())
                .as("a node that is no relay")
                .isEmpty();
        EdgeSnapshot told = reader.read(with(relay).signed(signer).bytes(), 0).orThrow();
        RelayVerifier verifier = told.relay().orElseThrow().verifier().orThrow();
        assertThat(verifier.check(username, 0).orThrow().user()).isEqualTo(user);
        for (long withdrawn : new long[] {7, 0xABCDEF}) {
            RelayVerifier after = EdgeSnapshot.Relay.of(List.of(key.check()), Set.of(withdrawn))
                    .verifier()
                    .orThrow();
            assertThat(code(after.check(username, 0))).isEqualTo(TokensErrorCode.RELAY_CREDENTIALS_WITHDRAWN);
        }
        assertThat(told.toString()).doesNotContain(key.check().text());
        assertThat(SnapshotChange.between(told, with(EdgeSnapshot.Relay.NONE)).keys())
                .containsExactly("relay.checks", "relay.withdrawn");
        assertThat(SnapshotChange.between(told, with(EdgeSnapshot.Relay.NONE)).restartNeeded())
                .isEmpty();
    }

    @Test
    void aRelayIsToldWhereAnotherIsOnlyIfTheSettingsNameItAndItTakesSomebody() {
        String both = Acorn.TEXT
                .replace("  roles: [access]\n", "  roles: [access, av]\n  av: {addresses: [198.51.100.10]%s}\n")
                .replace(
                        "  site: west\n  access:",
                        "  site: west\n  roles: [access, av]\n  av: {addresses: [10.2.0.12]}\n  access:");
        assertThat(EdgeSnapshot.of(Acorn.settings(both.formatted("")), "edge1", 7, trust)
                        .json())
                .doesNotContain("edge2", "sip2", "198.51.100.77");
        Settings named = Acorn.settings(both.formatted(", alternate: edge2"));
        EdgeSnapshot told = EdgeSnapshot.of(named, "edge1", 7, trust);
        assertThat(told.alternate()).isEqualTo(named.nodes().get("edge2").relayPlace());
        assertThat(told.alternate().orElseThrow().outside().udpAddresses()).containsExactly("198.51.100.77");
        assertThat(told.json()).doesNotContain("secondname", "second.crt", "10.2.0.12", "10.3.0.12", "10.1.0.12");
        assertThat(reader.read(told.signed(signer).bytes(), 0).orThrow()).isEqualTo(told);

        EdgeSnapshot draining = told.withStanding(Set.of("edge1", "edge3"), Set.of("edge1", "edge2"));
        assertThat(draining.draining()).isTrue();
        assertThat(draining.alternate()).isEqualTo(told.alternate());
        EdgeSnapshot otherDrains = told.withStanding(Set.of("edge2"), Set.of("edge1", "edge2"));
        assertThat(otherDrains.draining()).isFalse();
        assertThat(otherDrains.alternate()).as("nobody is sent to and fro").isEmpty();
        assertThat(SnapshotChange.between(told, otherDrains).keys()).containsExactly("alternate");
        assertThat(SnapshotChange.between(told, otherDrains).restartNeeded()).isEmpty();
        assertThat(told.withStanding(Set.of(), Set.of("edge1", "edge2"))).isEqualTo(told);
        assertThat(told.withStanding(Set.of(), Set.of("edge1")))
                .as("that node has not joined, or is removed")
                .isEqualTo(otherDrains);
        assertThat(EdgeSnapshot.of(named, "edge2", 7, trust).alternate()).isEmpty();
    }

    @Test
    void asManyWithdrawnNumbersAsAllowedFitIntoASnapshot() {
        Set<Long> most = LongStream.range(0, EdgeSnapshot.Relay.MOST_WITHDRAWN)
                .mapToObj(number -> RelayUser.MAX_NUMBER - number)
                .collect(Collectors.toSet());
        EdgeSnapshot largest = with(EdgeSnapshot.Relay.of(List.of(), most));
        assertThat(reader.read(largest.signed(signer).bytes(), 0).orThrow()).isEqualTo(largest);
        most.add(1L);
        byte[] over =
                with(EdgeSnapshot.Relay.of(List.of(), most)).signed(signer).bytes();
        assertThat(code(reader.read(over, 0))).isEqualTo(SettingsErrorCode.SNAPSHOT_UNREADABLE);
    }

    @Test
    void anotherNumberAloneIsNoChange() {
        assertThat(SnapshotChange.between(snapshot, snapshot.withRevision(8)).keys())
                .isEmpty();
    }

    @Test
    void aChangeNamesItsKeysAndNeedsNoRestartWhereNoSocketIsTouched() {
        Settings other = Acorn.settings(Acorn.TEXT
                .replace("failedCredentials: 20", "failedCredentials: 21")
                .replace("host: sip.acorn.example", "host: sip0.acorn.example"));
        SnapshotChange change = SnapshotChange.between(snapshot, EdgeSnapshot.of(other, "edge1", 8, trust));
        assertThat(change.keys()).containsExactly("access.host", "limits.requests.failedCredentials");
        assertThat(change.restartNeeded()).isEmpty();
    }

    @Test
    void aChangeOfAPortNeedsARestart() {
        Settings other = Acorn.settings(Acorn.TEXT
                .replace("port: 5062", "port: 5063")
                .replace("admin: {port: 9464}", "admin: {port: 9465}")
                .replace("host: sip.acorn.example", "host: sip0.acorn.example"));
        SnapshotChange change = SnapshotChange.between(snapshot, EdgeSnapshot.of(other, "edge1", 8, trust));
        assertThat(change.keys()).containsExactly("access.host", "insideLeg.port", "admin.port");
        assertThat(change.restartNeeded()).containsExactly("insideLeg.port", "admin.port");
    }

    @Test
    void aListenerThatComesNeedsARestart() {
        Settings without = Acorn.settings(Acorn.TEXT.replace("  admin: {port: 9464}\n", ""));
        EdgeSnapshot before = EdgeSnapshot.of(without, "edge1", 7, trust);
        assertThat(before.admin()).isEqualTo(Optional.empty());
        assertThat(SnapshotChange.between(before, snapshot).restartNeeded()).containsExactly("admin");
    }

    @Test
    void aChangeOfOneNodeIsNoneOfTheOthers() {
        Settings other = Acorn.settings(Acorn.TEXT.replace("host: sip2.acorn.example", "host: sip3.acorn.example"));
        assertThat(SnapshotChange.between(snapshot, EdgeSnapshot.of(other, "edge1", 8, trust))
                        .keys())
                .isEmpty();
        assertThat(SnapshotChange.between(
                                EdgeSnapshot.of(settings, "edge2", 7, trust), EdgeSnapshot.of(other, "edge2", 8, trust))
                        .keys())
                .containsExactly("access.host");
    }

    /** The reference page marks the keys of the documents; a node reports by those of its snapshot. */
    @Test
    void whatNeedsARestartIsTheSameInTheDocumentsAndInTheSnapshot() {
        assertThat(restarts(Kind.EDGE_NODE.form(), "", false))
                .containsExactlyInAnyOrderElementsOf(restarts(EdgeSnapshot.FORM, "", false).stream()
                        .map(key -> key.equals("access.webSocketPort") ? "access.webSocket" : key)
                        .filter(key -> !key.equals("node")) // the document's name
                        .filter(key -> !key.startsWith("limits.")) // in a document of their own
                        .flatMap(key -> key.equals("access.webSocket")
                                ? Stream.of(key, "access.webSocketPort")
                                : Stream.of(key))
                        .toList());
    }

    private static List<String> restarts(RecordForm form, String path, boolean around) {
        List<String> keys = new ArrayList<>();
        for (KeyForm key : form.keys()) {
            boolean restart = around || key.key().restart();
            if (key.value() instanceof ValueForm.Group group) {
                keys.addAll(restarts(group.record(), path + key.name() + ".", restart));
            } else if (restart) {
                keys.add(path + key.name());
            }
        }
        return keys;
    }
}
