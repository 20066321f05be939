package org.edgeways.tokens;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;

/**
 * The one file in which a node keeps its keyring, with mode 0600. Written beside and moved into place, so that a crash
 * leaves the old one or the new one. Not meant for several processes at once.
 */
public final class KeyringFile {

    /** Longest file that is read, in bytes. */
    public static final int MAX_BYTES = 4096;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path path;

    /** The file at {@code path}; its directory must exist. */
    public KeyringFile(Path path) {
        this.path = path;
    }

    /** The keyring in the file; where there is none yet, a new one that is written first. */
    public Result<Keyring> loadOrCreate(RandomGenerator random) {
        return Files.exists(path) ? load() : save(Keyring.create(random));
    }

    /** The keyring in the file, refused if others than the owner may read or write it. */
    public Result<Keyring> load() {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            if (!OWNER_ONLY.containsAll(permissions)) {
                return Result.bad(
                        TokensErrorCode.KEYRING_EXPOSED,
                        0,
                        path.getFileName() + " has mode " + PosixFilePermissions.toString(permissions)
                                + ", must be rw-------");
            }
            if (Files.size(path) > MAX_BYTES) {
                return Result.bad(TokensErrorCode.KEYRING_MALFORMED, MAX_BYTES, "longer than " + MAX_BYTES + " bytes");
            }
            return KeyringCodec.decode(Files.readString(path, StandardCharsets.US_ASCII));
        } catch (IOException problem) {
            return unreadable(problem);
        }
    }

    /**
     * Adds a new key that seals from now on, and writes the file, which keeps its owner. Of more than
     * {@link Keyring#MAX_KEYS} keys the oldest goes.
     */
    public Result<Keyring> rotate(RandomGenerator random) {
        return switch (load()) {
            case Result.Ok<Keyring> ok -> save(ok.value().rotated(random));
            case Result.Bad<Keyring> bad -> bad;
        };
    }

    private Result<Keyring> save(Keyring keyring) {
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.deleteIfExists(beside);
            Files.createFile(beside, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(KeyringCodec.encode(keyring).getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (Files.exists(path)) {
                // rotated by root, it is still to be read by the account that the node runs as
                Files.setOwner(beside, Files.getOwner(path));
            }
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return Result.ok(keyring);
        } catch (FileAlreadyExistsException raced) {
            return Result.bad(TokensErrorCode.KEYRING_UNREADABLE, 0, "another process writes " + path.getFileName());
        } catch (IOException problem) {
            return unreadable(problem);
        }
    }

    private Result<Keyring> unreadable(IOException problem) {
        return Result.bad(
                TokensErrorCode.KEYRING_UNREADABLE,
                0,
                path.getFileName() + ": " + problem.getClass().getSimpleName());
    }
}
