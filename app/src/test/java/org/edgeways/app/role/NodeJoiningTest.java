package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.EnrolmentSecret;
import org.junit.jupiter.api.Test;

/** Where a host waits that is to become a node. */
class NodeJoiningTest {

    private final List<String> said = new ArrayList<>();

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
