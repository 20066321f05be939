package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.net.ProcessClock;
import org.edgeways.node.NodeFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a host waits that is to become a node. */
class NodeJoiningTest {

    private final List<String> said = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void afterTheHourOfItsBundleItSaysSoWithACodeAndWhatToDoAndWaitsNoMore() throws Exception {
        AtomicLong ahead = new AtomicLong();
        ProcessClock clock = new ProcessClock(InstantSource.system(), () -> System.nanoTime() + ahead.get());
        Bundle bundle = new Bundle(
                "edge1",
                "0".repeat(Bundle.ID_DIGITS),
                "0".repeat(Bundle.FINGERPRINT_DIGITS),
                EnrolmentSecret.make(new SecureRandom()).secret(),
                Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS),
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), JoinedPair.freePort()));
        Path file = Files.writeString(directory.resolve("edge1.bundle"), BundleCodec.encode(bundle));

        assertThatThrownBy(() ->
                        NodeJoining.join(file, directory, clock, new SecureRandom(), new InMemoryCounters(), text -> {
                            said.add(text);
                            ahead.set(TimeUnit.MINUTES.toNanos(61)); // now that it waits
                        }))
                .isInstanceOfSatisfying(AppFailure.class, failure -> {
                    assertThat(failure.problem()).contains("no longer valid", "(join-bundle-expired)");
                    assertThat(failure.nextStep()).contains("edgeways node enroll edge1");
                });
        assertThat(said).hasSize(1);
        assertThat(said.getFirst()).startsWith("Waiting as node edge1");
        assertThat(new NodeFiles(directory).hasJoined()).isFalse();
    }

    private Bundle here(String address) {
        Bundle bundle = new Bundle(
                "edge1",
                "0".repeat(Bundle.ID_DIGITS),
                "0".repeat(Bundle.FINGERPRINT_DIGITS),
                EnrolmentSecret.make(new SecureRandom()).secret(),
                Instant.ofEpochSecond(2_000_000_000),
                new InetSocketAddress(InetAddress.ofLiteral(address), 5062));
        return NodeJoining.here(bundle, said::add);
    }

    @Test
    void waitsOnTheAddressThatTheBundleSaysAndNowhereElse() {
        assertThat(here("127.0.0.1").listen().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(said).isEmpty();
    }

    @Test
    void aBundleThatTheUserOfAServiceMayNotReadIsToBeGivenToThatUser() {
        assertThat(NodeJoining.unreadable(new AccessDeniedException("edge1.bundle")))
                .hasMessageContaining("edge1.bundle: permission denied")
                .satisfies(failure -> assertThat(failure.nextStep()).contains("chown"));
        assertThat(NodeJoining.unreadable(new NoSuchFileException("edge1.bundle"))
                        .nextStep())
                .contains("edgeways node enroll");
    }

    @Test
    void waitsOnAllAddressesOnlyIfThereIsNoOtherAndSaysSo() {
        assertThat(here("0.0.0.0").listen().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(said).hasSize(1);
        assertThat(said.getFirst()).contains("all addresses", "port 5062", "insideLeg.addresses");

        // the address before a static translation
        Bundle elsewhere = here("192.0.2.77");
        assertThat(elsewhere.listen().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(elsewhere.listen().getPort()).isEqualTo(5062);
        assertThat(said.getLast()).contains("192.0.2.77 is no address of this host");
    }
}
