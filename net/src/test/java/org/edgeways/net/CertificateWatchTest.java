package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateWatch.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificate files that change, are broken, or are half written. */
final class CertificateWatchTest {

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    private final TlsIdentity first = issue();
    private final TlsIdentity second = issue();

    @TempDir
    private Path directory = Path.of(".");

    private Path certificate = directory;
    private Path key = directory;
    private ServerTls tls;
    private CertificateWatch watch;

    CertificateWatchTest() throws IOException {
        tls = new TlsContexts(TlsProvider.best()).server(first);
        watch = new CertificateWatch(certificate, key, tls);
    }

    private TlsIdentity issue() {
        return authority.issue(CertificateRequest.of("edge.acorn.example"), Instant.now());
    }

    @BeforeEach
    void write() throws IOException {
        certificate = directory.resolve("edge.crt");
        key = directory.resolve("edge.key");
        Pem.writeIdentity(certificate, key, first);
        watch = new CertificateWatch(certificate, key, tls);
        assertThat(watch.check()).isEqualTo(new Outcome.Unchanged());
    }

    private void kept(String why) {
        assertThat(watch.check())
                .isInstanceOfSatisfying(
                        Outcome.Kept.class, kept -> assertThat(kept.reason()).contains(why));
        assertThat(tls.identity()).isEqualTo(first);
    }

    private void reloaded() {
        assertThat(watch.check()).isEqualTo(new Outcome.Reloaded(second.leaf()));
        assertThat(tls.identity().leaf()).isEqualTo(second.leaf());
        assertThat(watch.check()).isEqualTo(new Outcome.Unchanged());
    }

    @Test
    void newFilesAreTaken() throws IOException {
        Pem.writeIdentity(certificate, key, second);
        reloaded();
    }

    @Test
    void filesThatWereNewBeforeTheFirstLookAreTakenToo() throws IOException {
        Pem.writeIdentity(certificate, key, second);
        watch = new CertificateWatch(certificate, key, tls);
        reloaded();
    }

    @Test
    void aKeyWithoutItsCertificateChangesNothingUntilBothAreThere() throws IOException {
        Pem.writeKey(key, second.key());
        kept("is not the key of the certificate");
        kept("is not the key of the certificate");
        Pem.writeCertificates(certificate, second.chain());
        reloaded();
    }

    @Test
    void brokenFilesChangeNothingAndSayWhy() throws IOException {
        for (String broken : new String[] {
            "", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\0\uffff"
        }) {
            Files.writeString(certificate, broken);
            kept("edge.crt");
        }
        Files.writeString(certificate, Files.readString(key));
        kept("holds no certificate");
        Pem.writeCertificates(certificate, first.chain());
        assertThat(watch.check()).isEqualTo(new Outcome.Unchanged());
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        kept("edge.key");
    }

    @Test
    void aFileThatIsGoneOrTooLargeChangesNothing() throws IOException {
        Files.delete(certificate);
        kept("edge.crt");
        Files.write(certificate, new byte[1024 * 1024 + 1]);
        kept("longer than");
        Pem.writeIdentity(certificate, key, second);
        reloaded();
    }

    @Test
    void noReasonQuotesAKey() throws IOException {
        String text = Files.readString(key);
        String secret = text.substring(40, 70);
        Files.writeString(key, text.replace("BEGIN PRIVATE", "BEGIN BROKEN"));
        assertThat(watch.check().toString()).doesNotContain(secret);
        Files.writeString(key, text.substring(0, text.length() / 2));
        assertThat(watch.check().toString()).doesNotContain(secret);
    }

    @Test
    void aPairThatDoesNotBelongTogetherIsRefusedWhenItIsRead() throws IOException {
        Pem.writeKey(key, second.key());
        assertThat(Pem.readIdentity(certificate, key)).isInstanceOf(Result.Bad.class);
        Pem.writeKey(key, first.key());
        assertThat(Pem.readIdentity(certificate, key)).isInstanceOf(Result.Ok.class);
    }
}
