package org.edgeways.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;

/**
 * What keys at rest are encrypted under. It lies in a file of its own (mode 0600), which may be on another medium than the
 * keys; whoever has only one of the two has nothing.
 */
public final class Passphrase {

    /** Longest file that is read, in bytes. */
    static final int MAX_BYTES = 1024;

    /** Fewest characters. */
    static final int SHORTEST = 12;

    private static final int RANDOM_BYTES = 32;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final char[] text;
    private final boolean guessable;

    private Passphrase(String text, boolean guessable) {
        this.text = text.toCharArray();
        this.guessable = guessable;
    }

    /**
     * A new one of 256 random bits, in a new file.
     *
     * @param random must be cryptographically strong outside of tests
     * @throws IOException if the file is there already or cannot be written
     */
    public static Passphrase create(Path file, RandomGenerator random) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Pem.write(file, text + "\n", PrivateFile.OWNER_ONLY);
        return new Passphrase(text, false);
    }

    /** The first line of a file that nobody but its owner may read. */
    public static Result<Passphrase> read(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(permissions)) {
                return unusable(
                        file + " has mode " + PosixFilePermissions.toString(permissions) + ", must be rw-------");
            }
            if (Files.size(file) > MAX_BYTES) {
                return unusable(file + " is longer than " + MAX_BYTES + " bytes");
            }
            String line = Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
            return line.length() < SHORTEST
                    ? unusable(file + " holds fewer than " + SHORTEST + " characters")
                    : Result.ok(new Passphrase(line, true));
        } catch (IOException e) {
            return unusable(IoReason.of(e));
        }
    }

    private static Result<Passphrase> unusable(String reason) {
        return Result.bad(NetErrorCode.PASSPHRASE_UNUSABLE, 0, reason);
    }

    char[] text() {
        return text.clone();
    }

    /** Whether a person may have chosen it: all but one that was just made. */
    boolean guessable() {
        return guessable;
    }

    @Override
    public String toString() {
        return "***";
    }
}
