package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Pem;
import org.edgeways.net.SelfSigned;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificate files that change while listeners and dialers use them, and files that cannot be used. */
@Timeout(60)
class CertificateReloadsTest {

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    private final TlsIdentity first = issue();
    private final TlsIdentity second = issue();
    private final InMemoryCounters counters = new InMemoryCounters();
    private final CertificateReloads reloads = new CertificateReloads("edge", counters);

    @TempDir
    private Path directory = Path.of(".");

    private CertificateFiles files;
    private CertificateFiles linkFiles;
    private ServerTls outside;
    private ClientTls link;

    private TlsIdentity issue() {
        return authority.issue(CertificateRequest.of("edge.acorn.example"), Instant.now());
    }

    @BeforeEach
    void watch() throws IOException {
        files = new CertificateFiles(directory.resolve("edge.crt"), directory.resolve("edge.key"));
        linkFiles = new CertificateFiles(directory.resolve("link.crt"), directory.resolve("link.key"));
        write(files, first);
        write(linkFiles, first);
        Pem.writeCertificates(authorityFile(), List.of(authority.certificate()));
        outside = new TlsContexts(TlsProvider.best()).server(first);
        link = new TlsContexts(TlsProvider.best()).mutualClient(first, authority.certificate());
        reloads.watch("outside", files, outside).watch("link", linkFiles, authorityFile(), link);
        reloads.checkAll();
        assertThat(reloaded("outside") + reloaded("link") + failed("outside") + failed("link"))
                .isZero();
    }

    @AfterEach
    void close() {
        reloads.close();
    }

    private Path authorityFile() {
        return directory.resolve("ca.crt");
    }

    private static void write(CertificateFiles where, TlsIdentity identity) throws IOException {
        Pem.writeIdentity(where.certificate(), where.key(), identity);
    }

    private long reloaded(String listener) {
        return counters.value("edge_certificate_reloads", "listener", listener);
    }

    private long failed(String listener) {
        return counters.value("edge_certificate_reloads_failed", "listener", listener);
    }

    private void checkedAndKept(int failures) {
        reloads.checkAll();
        assertThat(outside.identity()).isEqualTo(first);
        assertThat(reloaded("outside")).isZero();
        assertThat(failed("outside")).isEqualTo(failures);
    }

    private long shown(String gauge, String listener) {
        return counters.value("edge_certificate_" + gauge, "listener", listener);
    }

    @Test
    void theDaysThatACertificateHasLeftAreShownAndFollowTheFiles() throws IOException {
        assertThat(shown("days_left", "outside")).isEqualTo(396);
        assertThat(shown("days_left", "link")).isEqualTo(396);
        write(
                files,
                authority.issue(
                        CertificateRequest.of("edge.acorn.example").valid(Duration.ofDays(3)),
                        Instant.now().minus(Duration.ofDays(5))));
        reloads.checkAll();
        assertThat(shown("days_left", "outside")).as("expired two days ago").isIn(-2L, -3L);
    }

    @Test
    void aStandInIsShownAsSelfSignedUntilTheFilesCome() throws IOException {
        ServerTls standIn = new TlsContexts(TlsProvider.best())
                .server(SelfSigned.create(
                        CertificateRequest.of("edge.acorn.example"), Instant.now(), new SecureRandom()));
        CertificateFiles later = new CertificateFiles(directory.resolve("later.crt"), directory.resolve("later.key"));
        reloads.watch("outside-2", later, standIn);
        reloads.checkAll();
        assertThat(shown("self_signed", "outside-2")).isEqualTo(1);
        write(later, second);
        reloads.checkAll();
        assertThat(shown("self_signed", "outside-2")).isZero();
        assertThat(standIn.identity().leaf()).isEqualTo(second.leaf());
    }

    @Test
    void filesThatChangeAreTakenOnceAndCounted() throws IOException {
        write(files, second);
        reloads.checkAll();
        assertThat(outside.identity().leaf()).isEqualTo(second.leaf());
        reloads.checkAll();
        assertThat(reloaded("outside")).isEqualTo(1);
        assertThat(failed("outside")).isZero();
    }

    @Test
    void whatADialerShowsIsTakenToo() throws IOException {
        write(linkFiles, second);
        reloads.checkAll();
        assertThat(link.identity().orElseThrow().leaf()).isEqualTo(second.leaf());
        assertThat(reloaded("link")).isEqualTo(1);
        assertThat(outside.identity()).isEqualTo(first);
        assertThat(reloaded("outside")).isZero();
    }

    @Test
    void anotherAuthorityIsTrustedFromTheNextLookOnAndABrokenFileChangesNothing() throws IOException {
        CertificateAuthority next = CertificateAuthority.create("The next", Instant.now(), new SecureRandom());
        Pem.writeCertificates(authorityFile(), List.of(authority.certificate(), next.certificate()));
        reloads.checkAll();
        assertThat(link.trusted()).containsExactly(authority.certificate(), next.certificate());
        assertThat(reloaded("link")).isEqualTo(1);
        Files.writeString(authorityFile(), "nonsense");
        reloads.checkAll();
        reloads.checkAll();
        assertThat(failed("link")).isEqualTo(1);
        assertThat(link.trusted()).hasSize(2);
        Pem.writeCertificates(authorityFile(), List.of(next.certificate()));
        reloads.checkAll();
        assertThat(link.trusted()).containsExactly(next.certificate());
        assertThat(link.identity().orElseThrow().leaf()).isEqualTo(first.leaf());
        assertThat(reloaded("link")).isEqualTo(2);
        assertThat(reloaded("outside")).isZero();
    }

    @Test
    void brokenFilesKeepTheCertificateInUseAndAreCountedOnceUntilSomethingElseIsWrong() throws IOException {
        Files.writeString(files.certificate(), "nonsense");
        checkedAndKept(0);
        checkedAndKept(1);
        checkedAndKept(1);
        Files.delete(files.key());
        checkedAndKept(2);
        write(files, first);
        long before = failed("outside");
        reloads.checkAll();
        Files.delete(files.key());
        reloads.checkAll();
        reloads.checkAll();
        assertThat(failed("outside")).as("the same again after all was well").isEqualTo(before + 1);
    }

    @Test
    void filesThatAreHalfWrittenAreTakenWhenTheyAreWhole() throws IOException {
        Pem.writeCertificates(files.certificate(), second.chain());
        checkedAndKept(0);
        checkedAndKept(1);
        String whole = Files.readString(files.certificate());
        Files.writeString(files.certificate(), whole.substring(0, whole.length() / 2));
        Pem.writeKey(files.key(), second.key());
        checkedAndKept(2);
        Files.writeString(files.certificate(), whole);
        reloads.checkAll();
        assertThat(outside.identity().leaf()).isEqualTo(second.leaf());
        assertThat(reloaded("outside")).isEqualTo(1);
    }

    @Test
    void aLookBetweenTheTwoFilesThatAreReplacedIsNoFailure() throws IOException {
        Pem.writeKey(files.key(), second.key());
        checkedAndKept(0);
        Pem.writeCertificates(files.certificate(), second.chain());
        reloads.checkAll();
        assertThat(outside.identity().leaf()).isEqualTo(second.leaf());
        Pem.writeKey(files.key(), first.key());
        reloads.checkAll();
        Pem.writeCertificates(files.certificate(), first.chain());
        reloads.checkAll();
        assertThat(outside.identity().leaf()).isEqualTo(first.leaf());
        assertThat(reloaded("outside")).isEqualTo(2);
        assertThat(failed("outside")).isZero();
    }

    @Test
    void filesThatCannotBeReadKeepTheCertificateInUse() throws IOException {
        Files.delete(files.certificate());
        checkedAndKept(0);
        checkedAndKept(1);
        Files.createDirectory(files.certificate());
        checkedAndKept(2);
        Files.delete(files.certificate());
        write(files, second);
        reloads.checkAll();
        assertThat(outside.identity().leaf()).isEqualTo(second.leaf());
    }

    @Test
    void oneListenersBrokenFilesDoNotKeepAnotherFromItsNewOnes() throws IOException {
        Files.writeString(files.certificate(), "nonsense");
        write(linkFiles, second);
        reloads.checkAll();
        assertThat(link.identity().orElseThrow().leaf()).isEqualTo(second.leaf());
        reloads.checkAll();
        assertThat(failed("outside")).isEqualTo(1);
    }

    @Test
    void looksAgainAtTheInterval() throws IOException {
        reloads.start(Duration.ofMillis(5));
        write(files, second);
        RunningRoles.awaitTrue(
                "the new certificate is in use", () -> outside.identity().leaf().equals(second.leaf()));
        Files.writeString(files.certificate(), "nonsense");
        RunningRoles.awaitTrue("the broken one is seen", () -> failed("outside") > 0);
        write(files, first);
        RunningRoles.awaitTrue(
                "the next is in use", () -> outside.identity().leaf().equals(first.leaf()));
    }
}
