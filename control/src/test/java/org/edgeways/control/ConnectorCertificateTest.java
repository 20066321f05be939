package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.SigningRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of connectors. */
final class ConnectorCertificateTest {

    @TempDir
    Path directory;

    private static ErrorCode code(Result<?> result) {
        return switch (result) {
            case Result.Ok<?> ok -> throw new AssertionError("was done");
            case Result.Bad<?> bad -> bad.code();
        };
    }

    @Test
    void aConnectorOfTheSettingsGetsOneForItsOwnKeyAndNobodyElseDoes() throws Exception {
        KeyPair keys = CertificateKeys.make(Inside.RANDOM);
        byte[] request = SigningRequest.make(keys.getPrivate(), keys.getPublic(), "pool");
        try (Inside inside = new Inside(directory)) {
            assertThat(code(inside.control().certify("web", request)))
                    .isEqualTo(ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS);
            Files.writeString(inside.settings.resolve("web.yaml"), "kind: Connector\nname: web\n");
            inside.reload();

            List<X509Certificate> chain =
                    inside.control().certify("web", request).orThrow();

            PeerIdentity says = PeerIdentity.of(chain.getFirst());
            assertThat(says.service()).as("not what the request says").isEqualTo("web");
            assertThat(says.node()).isNull();
            assertThat(chain.getFirst().getPublicKey()).isEqualTo(keys.getPublic());
            assertThat(chain.getLast()).isEqualTo(inside.control().authority());
            assertThat(inside.events()).contains("certificate-issued web");
            for (String other : List.of("pool", "edge1")) {
                assertThat(code(inside.control().certify(other, request)))
                        .as("%s is no connector", other)
                        .isEqualTo(ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS);
            }
            assertThat(inside.control().certify("web", new byte[] {1, 2})).isInstanceOf(Result.Bad.class);
        }
    }

    @Test
    void nodesLetAConnectorInOnlyWhileTheSettingsNameIt() throws Exception {
        KeyPair keys = CertificateKeys.make(Inside.RANDOM);
        byte[] request = SigningRequest.make(keys.getPrivate(), keys.getPublic(), "web");
        try (Inside inside = new Inside(directory)) {
            var _ = inside.join("edge1");
            FakeNode node = inside.connected("edge1");
            Path document = inside.settings.resolve("web.yaml");
            Files.writeString(document, "kind: Connector\nname: web\n");
            inside.reload();
            X509Certificate issued =
                    inside.control().certify("web", request).orThrow().getFirst();
            ControlStatus.Connector known = new ControlStatus.Connector(
                    "web", true, Optional.of(issued.getNotAfter().toInstant()));
            assertThat(inside.control().status().connectors()).containsExactly(known);
            assertThat(node.given(inside.key()).refusedSerials()).isEmpty();

            Files.delete(document);
            inside.reload();
            assertThat(node.given(inside.key()).refusedSerials())
                    .containsExactly(issued.getSerialNumber().toString(16));
            assertThat(inside.control().status().connectors())
                    .containsExactly(new ControlStatus.Connector("web", false, known.certificateEnd()));

            Files.writeString(document, "kind: Connector\nname: web\n");
            inside.reload();
            assertThat(node.given(inside.key()).refusedSerials())
                    .as("it is not refused for good")
                    .isEmpty();
            assertThat(inside.control().status().connectors()).containsExactly(known);
        }
    }
}
