package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.edgeways.net.Pem;
import org.junit.jupiter.api.Test;

/** What a server reads that is no program of ours: by the Java runtime's own reading of certificates and lists. */
final class RevocationListTest extends WithInside {

    private Path file() {
        return inside.data.resolve("authority/authority.crl");
    }

    private X509CRL list() throws IOException, GeneralSecurityException {
        try (InputStream text = Files.newInputStream(file())) {
            X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(text);
            list.verify(inside.control().authority().getPublicKey());
            return list;
        }
    }

    private Set<BigInteger> serials() throws Exception {
        Set<? extends X509CRLEntry> entries = list().getRevokedCertificates();
        return entries == null
                ? Set.of()
                : Set.copyOf(entries.stream().map(X509CRLEntry::getSerialNumber).toList());
    }

    /** As somebody who trusts the authority, has that list, and asks what it says of each certificate. */
    private void validate(X509Certificate leaf, Instant at) throws Exception {
        PKIXParameters asked =
                new PKIXParameters(Set.of(new TrustAnchor(inside.control().authority(), null)));
        asked.setRevocationEnabled(true);
        asked.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(list()))));
        asked.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), asked);
    }

    private void validate(X509Certificate leaf) throws Exception {
        validate(leaf, inside.clock().instant());
    }

    @Test
    void theCertificateOfANodeThatIsRemovedIsOnItAndAnothersIsNot() throws Exception {
        X509Certificate first = inside.join("edge1").leaf();
        X509Certificate second = inside.join("edge2").leaf();
        assertThat(serials()).isEmpty();
        validate(first);

        Instant before = inside.clock().instant();
        assertThat(inside.control().remove("edge1").isOk()).isTrue();

        assertThat(serials()).containsExactly(first.getSerialNumber());
        assertThat(list().getRevokedCertificate(first.getSerialNumber())
                        .getRevocationDate()
                        .toInstant())
                .isBetween(before.minusSeconds(1), inside.clock().instant());
        assertThatThrownBy(() -> validate(first))
                .isInstanceOfSatisfying(
                        CertPathValidatorException.class,
                        refused -> assertThat(refused.getReason())
                                .isEqualTo(CertPathValidatorException.BasicReason.REVOKED));
        validate(second);
        assertThat(inside.control().revocations()).isEqualTo(Files.readString(file()));
    }

    @Test
    void itIsWrittenAnewEachDayLongBeforeItsEndWithAHigherNumberAndForgetsWhatHasEnded() throws Exception {
        X509Certificate leaf = inside.join("edge1").leaf();
        assertThat(inside.control().remove("edge1").isOk()).isTrue();
        X509CRL first = list();
        inside.pass(RevocationList.AGAIN.minusMinutes(1));
        inside.reload();
        assertThat(list()).isEqualTo(first);

        inside.pass(Duration.ofMinutes(2));
        inside.reload();
        X509CRL second = list();
        assertThat(number(second)).isGreaterThan(number(first));
        assertThat(second.getNextUpdate().toInstant())
                .isAfter(first.getNextUpdate().toInstant())
                .isAfter(inside.clock().instant().plus(RevocationList.VALIDITY).minusSeconds(60));
        assertThat(serials()).containsExactly(leaf.getSerialNumber());

        inside.pass(Duration.ofDays(90));
        inside.reload();
        assertThat(serials()).isEmpty();
    }

    @Test
    void whoHasAnOldOneTrustsNobody() throws Exception {
        X509Certificate leaf = inside.join("edge1").leaf();
        validate(leaf, inside.clock().instant().plus(RevocationList.VALIDITY).minusSeconds(60));
        assertThatThrownBy(() -> validate(
                        leaf,
                        inside.clock().instant().plus(RevocationList.VALIDITY).plusSeconds(3600)))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void oneThatCannotBeWrittenIsToldAndTriedAgainLater() throws Exception {
        X509Certificate leaf = inside.join("edge1").leaf();
        Path beside = Files.createDirectories(inside.data.resolve("authority/authority.crl.new/in-the-way"));
        assertThat(inside.control().remove("edge1").isOk())
                .as("all else is done")
                .isTrue();
        inside.reload();
        assertThat(inside.counters.value("control_revocations_not_written")).isEqualTo(1);
        assertThat(serials()).isEmpty();

        Files.delete(beside);
        inside.pass(RevocationList.RETRY);
        inside.reload();
        assertThat(serials()).containsExactly(leaf.getSerialNumber());
    }

    @Test
    void itIsThereFromTheStartAndReadableByOthersThanTheKeys() throws Exception {
        inside.close();
        Files.delete(file());
        inside.start();
        assertThat(serials()).isEmpty();
        assertThat(Files.getPosixFilePermissions(file())).hasSize(4);
        assertThat(Pem.readCertificates(file().resolveSibling("authority.crt")).isOk())
                .isTrue();
    }

    /** The extension cRLNumber: an INTEGER in an OCTET STRING, each with a tag and a length of one byte. */
    private static BigInteger number(X509CRL list) {
        byte[] value = list.getExtensionValue("2.5.29.20");
        return new BigInteger(Arrays.copyOfRange(value, 4, value.length));
    }
}
