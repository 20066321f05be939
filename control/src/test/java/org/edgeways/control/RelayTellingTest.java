package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.tokens.RelayKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What relays, and nobody else, are told of credentials. */
final class RelayTellingTest {

    @TempDir
    Path directory;

    private final RelayKey key = new RelayKey(RelayKey.newKeys(new SecureRandom()));
    private volatile EdgeSnapshot.Relay told = EdgeSnapshot.Relay.of(List.of(key.check()), Set.of());
    private Inside inside;

    @BeforeEach
    void startWithARelay() throws IOException {
        inside = new Inside(directory);
        Path file = inside.settings.resolve("edge1.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("  access:", "  roles: [access, av]\n  av: {addresses: [127.0.0.1]}\n  access:"));
        inside.restart();
    }

    @AfterEach
    void stop() {
        inside.close();
    }

    /** Somebody disabled, a password withdrawn: that is an event of its own, where it is done. */
    @Test
    void whatARelayIsToldOfCredentialsIsNoEventAndLeavesNothingBehind() throws Exception {
        inside.join("edge1");
        FakeNode relay = inside.connected("edge1");
        inside.control().relays(() -> told);
        relay.given(inside.key());
        List<AuditEvent> before = inside.control().events(100);
        assertThat(before).extracting(AuditEvent::event).contains("snapshot-made");

        for (long number = 1; number <= 5; number++) {
            told = EdgeSnapshot.Relay.of(List.of(key.check()), Set.of(number));
            inside.control().relaysChanged();
            relay.given(inside.key());
        }
        assertThat(inside.control().events(100)).isEqualTo(before);
    }

    @Test
    void aRelayIsToldWhenItIsKnownWhatChecksCredentialsAndWhateverChanges() throws Exception {
        inside.join("edge1");
        inside.join("edge2");
        FakeNode relay = inside.connected("edge1");
        FakeNode other = inside.connected("edge2");
        assertThat(other.given(inside.key()).relay()).isEmpty();
        assertThat(relay.isToldNothing())
                .as("it goes on with what it has, rather than to forget what checks credentials")
                .isTrue();

        inside.control().relays(() -> told);
        EdgeSnapshot first = relay.given(inside.key());
        assertThat(first.relay()).isEqualTo(Optional.of(told));

        told = EdgeSnapshot.Relay.of(List.of(key.check()), Set.of(7L));
        inside.control().relaysChanged();
        EdgeSnapshot second = relay.given(inside.key());
        assertThat(second.relay().orElseThrow().withdrawn()).containsExactly("000000000007");
        assertThat(second.revision()).isGreaterThan(first.revision());
        inside.control().relaysChanged();
        assertThat(inside.control().status().nodes()).hasSize(2); // the desk has done what was before
        assertThat(relay.isToldNothing()).as("the same again").isTrue();
        assertThat(other.isToldNothing()).as("a node that is no relay").isTrue();

        inside.restart();
        FakeNode again = inside.connected("edge1");
        FakeNode otherAgain = inside.connected("edge2");
        otherAgain.given(inside.key());
        assertThat(again.isToldNothing()).isTrue();
        inside.control().relays(() -> told);
        assertThat(again.given(inside.key()).revision()).isEqualTo(second.revision());
    }

    @Test
    void aRelaySendsClientsToAnotherOnlyIfThatHasJoinedAndIsNotDrained() throws Exception {
        Path first = inside.settings.resolve("edge1.yaml");
        Files.writeString(first, Files.readString(first).replace("[127.0.0.1]}", "[127.0.0.1], alternate: edge2}"));
        Path second = inside.settings.resolve("edge2.yaml");
        Files.writeString(
                second,
                Files.readString(second)
                        .replace("  access:", "  roles: [access, av]\n  av: {addresses: [127.0.0.2]}\n  access:"));
        inside.restart();
        inside.control().relays(() -> told);
        inside.join("edge1");
        FakeNode relay = inside.connected("edge1");
        assertThat(relay.given(inside.key()).alternate())
                .as("it has not joined")
                .isEmpty();
        inside.join("edge2");
        assertThat(relay.given(inside.key()).alternate().orElseThrow().outside().udpAddresses())
                .containsExactly("127.0.0.2");
        inside.control().drain("edge2", true).orThrow();
        assertThat(relay.given(inside.key()).alternate()).isEmpty();
        inside.control().drain("edge2", false).orThrow();
        assertThat(relay.given(inside.key()).alternate()).isPresent();
        inside.control().drain("edge1", true).orThrow();
        EdgeSnapshot draining = relay.given(inside.key());
        assertThat(draining.draining()).isTrue();
        assertThat(draining.alternate()).isPresent();
        inside.control().drain("edge2", true).orThrow();
        assertThat(relay.given(inside.key()).alternate()).isEmpty();
        inside.control().remove("edge2").orThrow();
        assertThat(relay.given(inside.key()).alternate())
                .as("it was drained when it was removed")
                .isEmpty();
    }

    @Test
    void itIsSaidWhenANodeWasPutOutTheLastTimeAlsoAfterARestart() throws Exception {
        TlsIdentity identity = inside.join("edge1");
        inside.join("edge2");
        assertThat(inside.control().lastPutOut()).as("nobody yet").isEqualTo(Instant.EPOCH);
        inside.pass(Duration.ofMinutes(1));
        Instant before = inside.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        inside.control().remove("edge2").orThrow();
        Instant removed = inside.control().lastPutOut();
        assertThat(removed).isBetween(before, inside.clock().instant());
        inside.pass(Duration.ofMinutes(1));
        inside.control().refuse(identity.leaf().getSerialNumber()).orThrow();
        Instant refused = inside.control().lastPutOut();
        assertThat(refused).isAfterOrEqualTo(removed.plusSeconds(60));
        inside.pass(Duration.ofMinutes(1));
        inside.join("edge1");
        assertThat(inside.control().lastPutOut())
                .as("it had nothing more to lose")
                .isEqualTo(refused);
        inside.pass(Duration.ofMinutes(1));
        inside.join("edge1");
        Instant end = Instant.now().plusSeconds(Inside.PATIENCE_SECONDS);
        while (!inside.control().lastPutOut().isAfter(refused) && Instant.now().isBefore(end)) {
            Thread.onSpinWait(); // the node has its certificate before that is on the record
        }
        Instant anew = inside.control().lastPutOut();
        assertThat(anew).as("the host of before may be another").isAfterOrEqualTo(refused.plusSeconds(60));
        inside.restart();
        assertThat(inside.control().lastPutOut()).isEqualTo(anew);
    }
}
