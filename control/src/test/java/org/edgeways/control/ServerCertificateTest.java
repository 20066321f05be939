package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.SigningRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of SIP servers that nodes dial. */
final class ServerCertificateTest extends WithInside {

    private static final KeyPair KEYS = CertificateKeys.make(Inside.RANDOM);

    private void route(String address) throws IOException {
        Files.writeString(
                inside.settings.resolve("route.yaml"),
                "kind: Route\nname: all\nspec: {address: \"%s\"}\n".formatted(address));
        inside.reload();
    }

    private Result<List<X509Certificate>> issue(String host) {
        return inside.control().certifyServer(host, SigningRequest.make(KEYS.getPrivate(), KEYS.getPublic(), "pool"));
    }

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> _ -> throw new AssertionError("was done");
            case Result.Bad<?> bad -> bad.code();
        };
    }

    @Test
    void theHostOfARouteGetsOneThatIsNoNodesAndNoServices() throws Exception {
        route("sip:front@SIP.inside.acorn.example:5061;transport=tls");
        List<X509Certificate> chain = issue("sip.Inside.acorn.example").orThrow();

        X509Certificate leaf = chain.getFirst();
        assertThat(CertificateKeys.names(leaf)).containsExactly("sip.inside.acorn.example");
        assertThat(PeerIdentity.of(leaf).names()).containsExactly("sip.inside.acorn.example");
        assertThat(leaf.getPublicKey()).isEqualTo(KEYS.getPublic());
        assertThat(chain.getLast()).isEqualTo(inside.control().authority());
        assertThat(Duration.between(Instant.now(), leaf.getNotAfter().toInstant())
                        .toDays())
                .isEqualTo(89);
        assertThat(inside.events()).contains("certificate-issued sip.inside.acorn.example");
        assertThat(inside.control().certificates().getLast().kind()).isEqualTo(IssuedCertificate.Kind.SERVER);
        assertThat(inside.control().status().servers())
                .containsExactly(new ControlStatus.Server(
                        "sip.inside.acorn.example",
                        true,
                        Optional.of(leaf.getNotAfter().toInstant())));
        assertThat(inside.control().refuse(leaf.getSerialNumber()).isOk()).isTrue();
        assertThat(inside.control().status().servers().getFirst().certificateEnd())
                .isEmpty();
    }

    @Test
    void aServerThatNoRouteNamesAnyMoreIsShownUntilItsCertificateIsRefusedOrHasEnded() throws Exception {
        route("sip:sip.inside.acorn.example:5061;transport=tls");
        X509Certificate first = issue("sip.inside.acorn.example").orThrow().getFirst();
        Files.delete(inside.settings.resolve("route.yaml"));
        inside.reload();

        assertThat(inside.control().status().servers())
                .containsExactly(new ControlStatus.Server(
                        "sip.inside.acorn.example",
                        false,
                        Optional.of(first.getNotAfter().toInstant())));
        assertThat(inside.control().refuse(first.getSerialNumber()).isOk()).isTrue();
        assertThat(inside.control().status().servers()).isEmpty();

        route("sip:sip.inside.acorn.example:5061;transport=tls");
        var _ = issue("sip.inside.acorn.example").orThrow();
        Files.delete(inside.settings.resolve("route.yaml"));
        inside.reload();
        assertThat(inside.control().status().servers()).hasSize(1);
        inside.pass(Duration.ofDays(91));
        assertThat(inside.control().status().servers()).isEmpty();
    }

    @Test
    void anAddressIsOneToo() throws Exception {
        route("sip:[2001:DB8::7]:5061;transport=tls");
        for (String written : List.of("[2001:db8::7]", "2001:db8::7")) {
            assertThat(CertificateKeys.isFor(issue(written).orThrow().getFirst(), "2001:db8::7"))
                    .isTrue();
        }
    }

    @Test
    void nobodyElseGetsOne() throws Exception {
        assertThat(code(issue("sip.inside.acorn.example"))).isEqualTo(ControlErrorCode.HOST_NOT_IN_SETTINGS);
        route("sip:sip.inside.acorn.example;transport=tls");
        assertThat(code(issue("pool"))).isEqualTo(ControlErrorCode.HOST_NOT_IN_SETTINGS);
        assertThat(inside.control()
                        .certifyServer("sip.inside.acorn.example", new byte[] {1, 2})
                        .isOk())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pool", "edge1", "pool.service.edgeways.internal", "edge1.node.edgeways.internal", "..", "a/b.c"
            })
    void aHostThatCouldBeTakenForANodeOrAServiceGetsNoneThoughARouteNamesIt(String host) throws Exception {
        assertThat(CertificateNames.ofServer(host)).isEmpty();
        route("sip:" + host + ";transport=tls");
        assertThat(code(issue(host)))
                .as("those settings are not taken")
                .isEqualTo(ControlErrorCode.HOST_NOT_IN_SETTINGS);
    }
}
