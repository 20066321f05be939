package org.edgeways.net;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.util.io.pem.PemGenerationException;
import org.edgeways.base.Result;

/**
 * Private keys at rest, encrypted under a passphrase (PKCS #8 in PEM, RFC 5958): AES-256-CBC with a key by
 * PBKDF2-HMAC-SHA256, as {@code openssl pkcs8} writes it too. That form has no seal: a file that was changed mostly does not
 * open, and where it does, the key in it is not the one that belongs to the certificate beside it. So a caller compares the
 * two ({@link Pem#isPair}).
 */
public final class EncryptedKeys {

    /** Longest file that is read, in bytes. */
    private static final int MAX_BYTES = 64 * 1024;

    /** Rounds of PBKDF2: a guess of a passphrase that a person chose is to cost something. */
    private static final int ITERATIONS_OF_GUESSABLE = 210_000;

    /** For 256 random bits: nobody guesses those, and each start would pay. */
    private static final int ITERATIONS_OF_RANDOM = 2_048;

    private EncryptedKeys() {}

    /** Writes a key, whole or not at all, mode 0600. */
    public static void write(Path file, PrivateKey key, Passphrase passphrase, SecureRandom random) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(
                    key,
                    // the Java runtime's AES-256-CBC goes by this identifier without padding
                    new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                            .setProvider(new BouncyCastleProvider())
                            .setPRF(PKCS8Generator.PRF_HMACSHA256)
                            .setIterationCount(passphrase.guessable() ? ITERATIONS_OF_GUESSABLE : ITERATIONS_OF_RANDOM)
                            .setRandom(random)
                            .setPassword(passphrase.text())
                            .build()));
        } catch (PemGenerationException | OperatorCreationException e) {
            throw new IllegalStateException("cannot encrypt a key", e);
        }
        Pem.write(file, text.toString(), PrivateFile.OWNER_ONLY);
    }

    /** The first encrypted key of a file. */
    public static Result<PrivateKey> read(Path file, Passphrase passphrase) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, MAX_BYTES, file + ": is longer than " + MAX_BYTES + " bytes");
        }
        PKCS8EncryptedPrivateKeyInfo encrypted = null;
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (Object part = parser.readObject(); part != null && encrypted == null; part = parser.readObject()) {
                encrypted = part instanceof PKCS8EncryptedPrivateKeyInfo found ? found : null;
            }
        } catch (IOException | RuntimeException malformed) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": holds no encrypted private key");
        }
        if (encrypted == null) {
            return Result.bad(NetErrorCode.PEM_MALFORMED, 0, file + ": holds no encrypted private key");
        }
        try {
            return Result.ok(new JcaPEMKeyConverter()
                    .getPrivateKey(encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(passphrase.text()))));
        } catch (IOException | PKCSException | OperatorCreationException | RuntimeException locked) {
            // a key that was decrypted into something else is refused by all kinds of exceptions
            return Result.bad(
                    NetErrorCode.KEY_LOCKED,
                    0,
                    file + ": the passphrase does not open it; it is another one, or the file was changed");
        }
    }
}
