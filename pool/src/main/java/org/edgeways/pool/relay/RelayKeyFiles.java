package org.edgeways.pool.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.net.EncryptedKeys;
import org.edgeways.net.Passphrase;
import org.edgeways.net.Pem;
import org.edgeways.tokens.RelayKey;

/**
 * The keys of relay credentials at rest: one directory with two files for each, {@code ID.key} encrypted under the passphrase of the
 * inside's other keys, and {@code ID.pub}. Takes a moment for each key.
 */
public final class RelayKeyFiles implements RelayKeys {

    private final Path directory;
    private final Passphrase passphrase;
    private final SecureRandom random;

    /** Those in that directory, which is made when the first key is. */
    public RelayKeyFiles(Path directory, Passphrase passphrase, SecureRandom random) {
        this.directory = directory;
        this.passphrase = passphrase;
        this.random = random;
    }

    @Override
    public RelayKey make() throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        KeyPair keys = RelayKey.newKeys(random);
        RelayKey key = new RelayKey(keys);
        Pem.writePublicKey(file(key.check().id(), "pub"), keys.getPublic());
        EncryptedKeys.write(file(key.check().id(), "key"), keys.getPrivate(), passphrase, random);
        return key;
    }

    @Override
    public Result<RelayKey> read(int id) {
        try {
            return switch (Pem.readPublicKeys(file(id, "pub"))) {
                case Result.Bad<List<PublicKey>> bad -> bad.as();
                case Result.Ok<List<PublicKey>>(List<PublicKey> known) ->
                    switch (EncryptedKeys.read(file(id, "key"), passphrase)) {
                        case Result.Bad<PrivateKey> bad -> bad.as();
                        case Result.Ok<PrivateKey>(PrivateKey key) -> {
                            RelayKey read = new RelayKey(new KeyPair(known.getFirst(), key));
                            yield Pem.isPair(key, known.getFirst())
                                            && read.check().id() == id
                                    ? Result.ok(read)
                                    : Result.bad(
                                            RelayErrorCode.KEY_UNUSABLE, 0, "its two files do not belong together");
                        }
                    };
            };
        } catch (IOException e) {
            return Result.bad(RelayErrorCode.KEY_UNUSABLE, 0, IoReason.of(e));
        }
    }

    @Override
    public void delete(int id) throws IOException {
        Files.deleteIfExists(file(id, "key"));
        Files.deleteIfExists(file(id, "pub"));
    }

    private Path file(int id, String ending) {
        return directory.resolve(HexFormat.of().toHexDigits(id) + "." + ending);
    }
}
