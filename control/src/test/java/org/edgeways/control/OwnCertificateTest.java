package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EncryptedKeys;
import org.edgeways.net.Passphrase;
import org.edgeways.net.TlsIdentity;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The certificate that the inside shows to nodes, from one start to the next. */
final class OwnCertificateTest extends WithInside {

    private BigInteger shown() {
        return inside.control().tls().identity().orElseThrow().leaf().getSerialNumber();
    }

    @Test
    void aStartShowsTheCertificateOfBeforeAndIssuesNoOther() throws Exception {
        BigInteger before = shown();
        inside.restart();
        assertThat(shown()).isEqualTo(before);
        assertThat(inside.events()).containsOnlyOnce("certificate-issued pool");
        assertThat(inside.control().certificates()).hasSize(1);

        Path key = inside.data.resolve("service.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(key)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    }

    @Test
    void oneOfWhichTwoThirdsAreOverIsReplacedAtTheStart() {
        BigInteger before = shown();
        inside.pass(Duration.ofDays(59));
        inside.restart();
        assertThat(shown()).isEqualTo(before);
        inside.pass(Duration.ofDays(2));
        inside.restart();
        BigInteger next = shown();
        assertThat(next).isNotEqualTo(before);
        inside.restart();
        assertThat(shown()).isEqualTo(next);
    }

    @Test
    void oneThatIsRefusedIsShownNoMoreThoughItsFilesAreThere() throws Exception {
        Path certificate = inside.data.resolve("service.crt");
        Path key = inside.data.resolve("service.key");
        byte[] oldCertificate = Files.readAllBytes(certificate);
        byte[] oldKey = Files.readAllBytes(key);
        BigInteger before = shown();
        inside.control().refuse(before).orThrow();
        BigInteger next = shown();
        inside.restart();
        assertThat(shown()).isEqualTo(next).isNotEqualTo(before);

        Files.write(certificate, oldCertificate);
        Files.write(key, oldKey);
        inside.restart();
        assertThat(shown()).isNotEqualTo(before);
    }

    @Test
    void anInsideThatIsCalledOtherwiseShowsAnother() {
        BigInteger before = shown();
        inside.service = CertificateRequest.service("pool", "pool.service.edgeways.internal");
        inside.restart();
        BigInteger next = shown();
        assertThat(next).as("another DNS name").isNotEqualTo(before);
        inside.service = CertificateRequest.service("main", "pool.service.edgeways.internal");
        inside.restart();
        assertThat(shown()).as("another service").isNotEqualTo(next);
    }

    private long failures(String code) {
        return inside.counters.value("control_own_certificate_failures", "code", "control-own-certificate-" + code);
    }

    @Test
    void aKeyThatCannotBeOpenedAndOneThatCannotBeWrittenAreTold() throws Exception {
        assertThat(failures("not-read")).as("there was none").isZero();
        Path key = inside.data.resolve("service.key");
        Passphrase another = Passphrase.create(directory.resolve("another"), Inside.RANDOM);
        TlsIdentity shown = inside.control().tls().identity().orElseThrow();
        EncryptedKeys.write(key, shown.key(), another, Inside.RANDOM);
        List<String> lines = told(inside::restart);
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("event=control-own-certificate-not-read code=control-own-certificate-not-read")
                        .contains("service.key: the passphrase does not open it"));
        assertThat(failures("not-read")).isEqualTo(1);
        assertThat(failures("not-written")).isZero();
        assertThat(told(inside::restart)).as("another was kept").isEmpty();

        Files.delete(key);
        Files.createDirectories(key.resolve("in the way"));
        assertThat(told(inside::restart))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("event=control-own-certificate-not-written code=control-own-certificate-not-written");
        assertThat(failures("not-written")).isEqualTo(1);
    }

    private static List<String> told(Runnable what) {
        Logger log = (Logger) LoggerFactory.getLogger(OwnCertificate.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        try {
            what.run();
        } finally {
            log.detachAppender(lines);
        }
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void filesThatDoNotBelongTogetherOrCannotBeReadAreAsGoodAsNone() throws Exception {
        BigInteger before = shown();
        byte[] key = Files.readAllBytes(inside.data.resolve("service.key"));
        inside.pass(Duration.ofDays(61));
        inside.restart();
        Files.write(inside.data.resolve("service.key"), key);
        inside.restart();
        BigInteger third = shown();
        assertThat(third).isNotEqualTo(before);
        assertThat(inside.control().certificates()).hasSize(3);
        assertThat(failures("not-read")).isEqualTo(1);

        Files.writeString(inside.data.resolve("service.crt"), "no certificate");
        inside.restart();
        assertThat(inside.control().certificates()).hasSize(4);
        assertThat(failures("not-read")).isEqualTo(2);
    }
}
