package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.edgeways.base.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys under a passphrase, and the file of the passphrase. */
final class KeysAtRestTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    private Path key;
    private Path passphraseFile;
    private Passphrase passphrase;

    @BeforeEach
    void files() throws Exception {
        key = directory.resolve("authority.key");
        passphraseFile = directory.resolve("passphrase");
        passphrase = Passphrase.create(passphraseFile, RANDOM);
    }

    private static KeyPair keys(String algorithm) throws Exception {
        return algorithm.equals("EC")
                ? CertificateKeys.make(RANDOM)
                : KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    }

    private static String mode(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519"})
    void aKeyReadsBackWithItsPassphraseAndLiesThereInNoOtherForm(String algorithm) throws Exception {
        KeyPair keys = keys(algorithm);

        EncryptedKeys.write(key, keys.getPrivate(), passphrase, RANDOM);

        PrivateKey read = EncryptedKeys.read(
                        key, Passphrase.read(passphraseFile).orThrow())
                .orThrow();
        assertThat(read).isEqualTo(keys.getPrivate());
        assertThat(Pem.isPair(read, keys.getPublic())).isTrue();
        assertThat(mode(key)).isEqualTo("rw-------");
        assertThat(mode(passphraseFile)).isEqualTo("rw-------");
        assertThat(Files.readString(key)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        assertThat(passphrase.toString()).isEqualTo("***");
        assertThat(Pem.readKey(key)).isInstanceOf(Result.Bad.class);
    }

    @Test
    void anotherPassphraseDoesNotOpenIt() throws Exception {
        EncryptedKeys.write(key, keys("EC").getPrivate(), passphrase, RANDOM);
        Passphrase other = Passphrase.create(directory.resolve("other"), RANDOM);

        Result.Bad<PrivateKey> bad = (Result.Bad<PrivateKey>) EncryptedKeys.read(key, other);

        assertThat(bad.code()).isEqualTo(NetErrorCode.KEY_LOCKED);
        assertThat(bad.reason()).contains(key.toString()).contains("passphrase");
    }

    @Test
    void aFileThatWasChangedNeverGivesTheKeyBack() throws Exception {
        KeyPair keys = keys("EC");
        EncryptedKeys.write(key, keys.getPrivate(), passphrase, RANDOM);
        byte[] whole = Files.readAllBytes(key);
        int body = new String(whole, StandardCharsets.US_ASCII).indexOf('\n') + 1;
        // one in seven: each look derives a key from the passphrase
        for (int at = body; at < whole.length - 40; at += 7) {
            byte[] changed = whole.clone();
            changed[at] = (byte) (changed[at] == 'A' ? 'B' : 'A');
            Files.write(key, changed);
            if (EncryptedKeys.read(key, passphrase) instanceof Result.Ok<PrivateKey>(PrivateKey read)) {
                assertThat(Pem.isPair(read, keys.getPublic()))
                        .as("changed at %d and still the key", at)
                        .isEqualTo(read.equals(keys.getPrivate()));
            }
        }
        Files.writeString(key, "nothing\n");
        assertThat(EncryptedKeys.read(key, passphrase)).isInstanceOf(Result.Bad.class);
    }

    @Test
    void aPassphraseThatAPersonMayHaveChosenCostsMoreToGuess() throws Exception {
        PrivateKey own = keys("EC").getPrivate();
        EncryptedKeys.write(key, own, passphrase, RANDOM);
        Path file = Files.writeString(directory.resolve("chosen"), "correct horse battery staple\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Passphrase chosen = Passphrase.read(file).orThrow();
        Path underChosen = directory.resolve("chosen.key");
        EncryptedKeys.write(underChosen, own, chosen, RANDOM);

        assertThat(rounds(key)).isEqualTo(2_048);
        assertThat(rounds(underChosen)).isEqualTo(210_000);
        assertThat(EncryptedKeys.read(underChosen, chosen).orThrow()).isEqualTo(own);
    }

    private static long rounds(Path file) throws Exception {
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(file))) {
            PKCS8EncryptedPrivateKeyInfo info = (PKCS8EncryptedPrivateKeyInfo) parser.readObject();
            PBES2Parameters form =
                    PBES2Parameters.getInstance(info.getEncryptionAlgorithm().getParameters());
            return PBKDF2Params.getInstance(form.getKeyDerivationFunc().getParameters())
                    .getIterationCount()
                    .longValueExact();
        }
    }

    @Test
    void openSslReadsIt() throws Exception {
        EncryptedKeys.write(key, keys("EC").getPrivate(), passphrase, RANDOM);

        Process process = new ProcessBuilder(List.of(
                        "openssl", "pkey", "-in", key.toString(), "-passin", "file:" + passphraseFile, "-noout"))
                .redirectErrorStream(true)
                .start();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void aPassphraseThatOthersMayReadOrThatIsShortIsNotUsed() throws Exception {
        Files.setPosixFilePermissions(passphraseFile, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(reason()).contains("rw-r-----");

        Files.setPosixFilePermissions(passphraseFile, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(passphraseFile, "elevenchars\n");
        assertThat(reason()).contains("fewer than 12");
        Files.writeString(passphraseFile, "twelve chars\n");
        assertThat(Passphrase.read(passphraseFile).isOk()).isTrue();
        Files.writeString(passphraseFile, "x".repeat(Passphrase.MAX_BYTES + 1));
        assertThat(reason()).contains("longer than");
        Files.delete(passphraseFile);
        assertThat(reason()).contains("there is no such file");
    }

    private String reason() {
        Result.Bad<Passphrase> bad = (Result.Bad<Passphrase>) Passphrase.read(passphraseFile);
        assertThat(bad.code()).isEqualTo(NetErrorCode.PASSPHRASE_UNUSABLE);
        return bad.reason();
    }

    @Test
    void aPassphraseIsNeverMadeOverAnother() {
        assertThatThrownBy(() -> Passphrase.create(passphraseFile, RANDOM))
                .isInstanceOf(FileAlreadyExistsException.class);
    }
}
