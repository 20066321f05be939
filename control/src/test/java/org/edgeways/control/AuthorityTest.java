package org.edgeways.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.net.NetErrorCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The authority's files. */
final class AuthorityTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path data;

    private Path directory;
    private Path passphrase;

    @BeforeEach
    void places() throws IOException {
        directory = data.resolve("authority");
        passphrase = Files.createDirectory(data.resolve("elsewhere")).resolve("passphrase");
    }

    private Result<Authority> open() {
        return Authority.open(directory, passphrase, "Acorn authority", Instant.now(), RANDOM);
    }

    private Result.Bad<Authority> refused() {
        return (Result.Bad<Authority>) open();
    }

    @Test
    void itIsMadeOnceAndIsTheSameEverAfter() throws IOException {
        Authority made = open().orThrow();
        Authority kept = open().orThrow();

        assertThat(made.fresh()).isTrue();
        assertThat(kept.fresh()).isFalse();
        assertThat(kept.certificates().certificate())
                .isEqualTo(made.certificates().certificate());
        assertThat(kept.certificates().identity().key())
                .isEqualTo(made.certificates().identity().key());
        assertThat(kept.signer().key()).isEqualTo(made.signer().key());
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).doesNotContain("BEGIN PRIVATE KEY");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(passphrase)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void aPassphraseThatAnAdministratorWroteIsTheOneThatIsUsed() throws IOException {
        Files.writeString(passphrase, "correct horse battery\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));

        assertThat(open().isOk()).isTrue();
        assertThat(Files.readString(passphrase)).isEqualTo("correct horse battery\n");
        Files.writeString(passphrase, "correct horse batterie\n");
        assertThat(refused().code()).isEqualTo(NetErrorCode.KEY_LOCKED);
    }

    @Test
    void withoutItsPassphraseItIsRefusedAndNotMadeAnew() throws IOException {
        Authority made = open().orThrow();
        Path away = Files.move(passphrase, data.resolve("away"));

        assertThat(refused().code()).isEqualTo(NetErrorCode.PASSPHRASE_UNUSABLE);
        assertThat(passphrase).doesNotExist();
        Files.move(away, passphrase);
        assertThat(open().orThrow().signer().key()).isEqualTo(made.signer().key());
    }

    @Test
    void ifAPartIsMissingItIsRefusedByItsNameAndNotMadeAnew() throws IOException {
        open().orThrow();
        for (String part : List.of("authority.crt", "authority.key", "snapshot.pub", "snapshot.key")) {
            Path away = Files.move(directory.resolve(part), data.resolve("away"));

            assertThat(refused().code()).isEqualTo(ControlErrorCode.AUTHORITY_INCOMPLETE);
            assertThat(refused().reason()).contains(part);
            Files.move(away, directory.resolve(part));
        }
        assertThat(open().isOk()).isTrue();
    }

    @Test
    void keysOfAnotherAuthorityUnderTheSamePassphraseAreNoticed() throws IOException {
        open().orThrow();
        Path first = directory;
        directory = data.resolve("second");
        open().orThrow();
        for (String part : List.of("authority.key", "snapshot.key")) {
            byte[] own = Files.readAllBytes(first.resolve(part));
            Files.copy(directory.resolve(part), first.resolve(part), StandardCopyOption.REPLACE_EXISTING);
            Path second = directory;
            directory = first;

            assertThat(refused().code()).isEqualTo(ControlErrorCode.AUTHORITY_UNUSABLE);
            assertThat(refused().reason()).contains(part);
            directory = second;
            Files.write(first.resolve(part), own);
        }
    }

    @Test
    void whatACrashLeftHalfMadeIsMadeAnew() throws IOException {
        Path half = Files.createDirectory(data.resolve("authority.new"));
        Files.writeString(half.resolve("authority.key"), "half");

        assertThat(open().orThrow().fresh()).isTrue();
        assertThat(half).doesNotExist();
    }
}
