package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateAuthorityTest {

    private final Instant now = Instant.now();

    @TempDir
    Path directory;

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", now, new SecureRandom());

    @Test
    void leafCarriesItsNamesAndChainsToTheAuthority() throws Exception {
        TlsIdentity edge = authority.issue(
                CertificateRequest.of("edge.acorn.example", "localhost").withAddresses("127.0.0.1", "::1"), now);

        assertThat(edge.chain()).hasSize(2).last().isEqualTo(authority.certificate());
        assertThatCode(() -> edge.leaf().verify(authority.certificate().getPublicKey()))
                .doesNotThrowAnyException();
        assertThat(edge.leaf().getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .containsExactly("edge.acorn.example", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(edge.leaf().getBasicConstraints()).isEqualTo(-1);
        assertThat(edge.leaf().getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(authority.certificate().getBasicConstraints()).isZero();
    }

    @Test
    void leafIsValidForAsLongAsItWasAskedFor() {
        X509Certificate leaf = authority
                .issue(CertificateRequest.of("short.acorn.example").valid(Duration.ofDays(2)), now)
                .leaf();

        assertThat(leaf.getNotBefore().toInstant()).isBefore(now);
        assertThat(leaf.getNotAfter().toInstant())
                .isBetween(now.plus(Duration.ofDays(2)).minusSeconds(1), now.plus(Duration.ofDays(2)));
    }

    @Test
    void nodeAndServiceAreReadFromTheCertificate() {
        X509Certificate leaf = authority
                .issue(CertificateRequest.node("edge1", "Edge1.perimeter.acorn.example"), now)
                .leaf();
        PeerIdentity node = PeerIdentity.of(leaf);
        PeerIdentity service = PeerIdentity.of(authority
                .issue(CertificateRequest.service("pool", "pool.acorn.example"), now)
                .leaf());
        PeerIdentity plain = PeerIdentity.of(
                authority.issue(CertificateRequest.of("www.acorn.example"), now).leaf());

        assertThat(node)
                .isEqualTo(new PeerIdentity(
                        "edge1", null, List.of("edge1.perimeter.acorn.example"), leaf.getSerialNumber()));
        assertThat(service.names()).containsExactly("pool.acorn.example", "pool");
        assertThat(plain.node()).isNull();
        assertThat(plain.service()).isNull();
        assertThat(plain.dnsNames()).containsExactly("www.acorn.example");
        assertThat(PeerIdentity.of(authority.certificate()).names()).isEmpty();
    }

    @Test
    void filesGiveBackWhatWasWrittenAndHideTheKey() throws Exception {
        TlsIdentity identity = authority.issue(CertificateRequest.of("edge.acorn.example"), now);
        Path certificates = directory.resolve("edge.crt");
        Path key = directory.resolve("edge.key");

        Pem.writeIdentity(certificates, key, identity);
        Pem.writeIdentity(certificates, key, identity); // a second time, over the first

        assertThat(Pem.readIdentity(certificates, key).orThrow()).isEqualTo(identity);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(identity.toString()).contains("***").doesNotContain("PRIVATE");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void oneFileOfBothIsReadWholeWhileItIsReplaced() throws Exception {
        Path file = directory.resolve("both.pem");
        TlsIdentity one = authority.issue(CertificateRequest.of("edge.acorn.example"), now);
        TlsIdentity other = authority.issue(CertificateRequest.of("edge.acorn.example"), now);
        Pem.writeTogether(file, one, List.of());
        CompletableFuture<Void> replacing = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    Pem.writeTogether(file, i % 2 == 0 ? other : one, List.of());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!replacing.isDone()) {
            assertThat(Pem.readIdentity(file, file).orThrow()).isIn(one, other);
        }
        replacing.join();
    }

    @Test
    void aKeptAuthorityIssuesAfterARestart() throws Exception {
        Pem.writeIdentity(directory.resolve("ca.crt"), directory.resolve("ca.key"), authority.identity());

        CertificateAuthority kept = new CertificateAuthority(
                Pem.readIdentity(directory.resolve("ca.crt"), directory.resolve("ca.key"))
                        .orThrow(),
                new SecureRandom());
        X509Certificate leaf =
                kept.issue(CertificateRequest.of("late.acorn.example"), now).leaf();

        assertThatCode(() -> leaf.verify(authority.certificate().getPublicKey()))
                .doesNotThrowAnyException();
    }

    @Test
    void brokenFilesAreRefusedWithAReason() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing here\n");
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThat(Pem.readCertificates(empty)).isInstanceOf(Result.Bad.class);
        assertThat(Pem.readCertificates(broken)).isInstanceOf(Result.Bad.class);
        assertThat(Pem.readKey(empty)).isInstanceOf(Result.Bad.class);
        assertThat(Pem.readIdentity(empty, empty)).isInstanceOf(Result.Bad.class);
    }
}
