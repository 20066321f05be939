package org.edgeways.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringFileTest {

    @TempDir
    Path directory;

    private Path path;
    private KeyringFile file;
    private final Random random = new Random(3);

    @BeforeEach
    void chooseFile() {
        path = directory.resolve("keyring");
        file = new KeyringFile(path);
    }

    @Test
    void createsAKeyringThatOnlyItsOwnerMayRead() throws IOException {
        file.loadOrCreate(random).orThrow();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(directory.toFile().list()).containsExactly("keyring");
    }

    @Test
    void aRestartOpensTheTokensOfTheRunBefore() {
        String token = new Sealer(file.loadOrCreate(random).orThrow(), random).seal(Purpose.FLOW, new byte[] {1, 2});
        Keyring again = new KeyringFile(path).loadOrCreate(random).orThrow();
        assertThat(new Sealer(again, random).open(Purpose.FLOW, token).orThrow())
                .containsExactly(1, 2);
    }

    @Test
    void aRotationSurvivesARestartWithAllItsKeys() {
        Keyring first = file.loadOrCreate(random).orThrow();
        Keyring rotated = file.rotate(random).orThrow();
        Keyring again = file.load().orThrow();
        assertThat(again.newest().id()).isEqualTo(rotated.newest().id());
        assertThat(again.find(first.newest().id())).isNotNull();
        assertThat(again.keys()).hasSize(2);
    }

    @Test
    void aWatchTellsOfARotationOnceAndKeepsTheRingWhileTheFileIsBroken() throws IOException {
        Keyring first = file.loadOrCreate(random).orThrow();
        KeyringWatch watch = new KeyringWatch(file, first);
        assertThat(watch.check()).isEqualTo(new KeyringWatch.Outcome.Unchanged());
        Keyring rotated = file.rotate(random).orThrow();
        assertThat(watch.check())
                .isInstanceOfSatisfying(
                        KeyringWatch.Outcome.Reloaded.class,
                        taken -> assertThat(KeyringCodec.encode(taken.keyring()))
                                .isEqualTo(KeyringCodec.encode(rotated)));
        assertThat(watch.check()).isEqualTo(new KeyringWatch.Outcome.Unchanged());
        String whole = Files.readString(path);
        Files.writeString(path, whole.substring(0, whole.length() / 2));
        assertThat(watch.check())
                .isInstanceOfSatisfying(
                        KeyringWatch.Outcome.Kept.class,
                        kept -> assertThat(kept.reason()).startsWith("keyring-malformed"));
        Files.delete(path);
        assertThat(watch.check()).isInstanceOf(KeyringWatch.Outcome.Kept.class);
    }

    @Test
    void refusesAFileThatOthersMayRead() throws IOException {
        file.loadOrCreate(random).orThrow();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(code(file.load())).isEqualTo(TokensErrorCode.KEYRING_EXPOSED);
    }

    @Test
    void refusesADamagedFileAndNeverWritesOverIt() throws IOException {
        file.loadOrCreate(random).orThrow();
        Files.writeString(path, "edgeways-keyring 1\nnonsense\n");
        assertThat(code(file.loadOrCreate(random))).isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(code(file.rotate(random))).isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(Files.readString(path)).contains("nonsense");
    }

    @Test
    void saysWhatIsWrongWithATextAndWhere() {
        String good = KeyringCodec.encode(Keyring.create(random));
        String line = good.split("\n", -1)[1];
        assertThat(code(KeyringCodec.decode(""))).isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(code(KeyringCodec.decode("edgeways-keyring 1\n"))).isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(code(KeyringCodec.decode(good + line + "\n"))).isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(code(KeyringCodec.decode(good.substring(0, good.length() - 4))))
                .isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
        assertThat(code(KeyringCodec.decode(good.replace(line, "zzzzzzzz AAAA"))))
                .isEqualTo(TokensErrorCode.KEYRING_MALFORMED);
    }

    @Test
    void refusesMoreKeysThanTheLimit() {
        StringBuilder text = new StringBuilder("edgeways-keyring 1\n");
        for (int i = 0; i < Keyring.MAX_KEYS; i++) {
            text.append("0000000").append(i).append(' ').append("A".repeat(43)).append('\n');
        }
        assertThat(KeyringCodec.decode(text.toString()).isOk()).isTrue();
        text.append("00000010 ").append("A".repeat(43)).append('\n');
        assertThat(KeyringCodec.decode(text.toString()).isOk()).isFalse();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsAnErrorValue() {
        KeyringFile nowhere = new KeyringFile(directory.resolve("missing").resolve("keyring"));
        assertThat(code(nowhere.loadOrCreate(random))).isEqualTo(TokensErrorCode.KEYRING_UNREADABLE);
    }

    private static ErrorCode code(Result<Keyring> result) {
        return switch (result) {
            case Result.Ok<Keyring> ok -> throw new AssertionError("accepted");
            case Result.Bad<Keyring> bad -> bad.code();
        };
    }
}
