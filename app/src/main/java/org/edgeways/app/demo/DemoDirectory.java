package org.edgeways.app.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.Pem;
import org.edgeways.net.PrivateFile;
import org.edgeways.net.TlsIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What the demo keeps between runs: the certificate authority of its listeners, its people's passwords, and below it its
 * settings and the data directories of pool and edge. One demo at a time holds it.
 */
final class DemoDirectory implements AutoCloseable {

    /** Tells a demo's directory from any other, which {@code --fresh} must not empty. */
    private static final String MARK = "edgeways-demo.lock";

    private static final String PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    /** At five bits a letter this is 80 bits. */
    private static final int PASSWORD_LENGTH = 16;

    private final Path root;
    private final FileChannel lock;

    private DemoDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Takes the directory for this process, making it if need be.
     *
     * @param fresh forget what earlier runs left there
     * @throws AppFailure if it cannot be used
     */
    static DemoDirectory open(Path directory, boolean fresh) {
        Path root = directory.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            PrivateDirectory.make(root);
            ensureOurs(root);
            channel = FileChannel.open(root.resolve(MARK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock held = channel.tryLock();
            if (held == null) {
                channel.close();
                throw new AppFailure(
                        AppErrorCode.DATA_UNUSABLE,
                        "another demo is running with its data in " + root,
                        "Stop it, or give this one a directory and ports of its own:\n"
                                + "edgeways demo --data DIR --port-base 18443");
            }
            if (fresh) {
                forget(root);
            }
            Files.deleteIfExists(root.resolve(DemoDescription.FILE_NAME));
            PrivateDirectory.make(root.resolve("ca"));
            PrivateDirectory.make(root.resolve("pool"));
            PrivateDirectory.make(root.resolve("edge"));
            PrivateDirectory.make(root.resolve("settings"));
            return new DemoDirectory(root, channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw unusable(root, e);
        }
    }

    private static void ensureOurs(Path root) throws IOException {
        if (Files.exists(root.resolve(MARK))) {
            return;
        }
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.findAny().isPresent()) {
                throw new AppFailure(
                        AppErrorCode.DATA_UNUSABLE,
                        root + " holds something else than a demo's data",
                        "Name a directory that is empty or does not exist: --data DIR");
            }
        }
    }

    private static void forget(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.toList()) {
                if (Files.isDirectory(entry)) {
                    PrivateDirectory.empty(entry);
                } else if (!entry.endsWith(MARK)) {
                    Files.delete(entry);
                }
            }
        }
    }

    Path root() {
        return root;
    }

    Path pool() {
        return root.resolve("pool");
    }

    Path edge() {
        return root.resolve("edge");
    }

    Path settings() {
        return root.resolve("settings");
    }

    Path caFile() {
        return root.resolve("ca").resolve("ca.crt");
    }

    Path descriptionFile() {
        return root.resolve(DemoDescription.FILE_NAME);
    }

    /** The authority of earlier runs, else a new one that is kept. */
    CertificateAuthority authority(SecureRandom random) {
        Path key = root.resolve("ca").resolve("ca.key");
        try {
            if (Files.exists(key) && Files.exists(caFile())) {
                return switch (Pem.readIdentity(caFile(), key)) {
                    case Result.Ok<TlsIdentity>(TlsIdentity identity) -> new CertificateAuthority(identity, random);
                    case Result.Bad<TlsIdentity> bad ->
                        throw new AppFailure(
                                AppErrorCode.DATA_UNUSABLE, bad.reason(), "Start anew: edgeways demo --fresh");
                };
            }
            CertificateAuthority authority =
                    CertificateAuthority.create("Edgeways demo CA of acorn.example", Instant.now(), random);
            Pem.writeIdentity(caFile(), key, authority.identity());
            return authority;
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    /** The password of everybody: of earlier runs where there is one, else new; kept, mode 0600. */
    Map<String, String> passwords(SecureRandom random) {
        Path file = root.resolve("passwords.json");
        try {
            ObjectMapper json = new ObjectMapper();
            ObjectNode kept = json.createObjectNode();
            if (Files.exists(file) && json.readTree(file.toFile()) instanceof ObjectNode read) {
                kept = read;
            }
            Map<String, String> passwords = new LinkedHashMap<>();
            for (DemoPerson person : DemoPerson.ALL) {
                String password = kept.path(person.name()).asText("");
                passwords.put(person.name(), password.isEmpty() ? newPassword(random) : password);
            }
            PrivateFile.write(file, json.writeValueAsString(passwords).getBytes(StandardCharsets.UTF_8));
            return passwords;
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    private static String newPassword(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(PASSWORD_LETTERS.charAt(random.nextInt(PASSWORD_LETTERS.length())));
        }
        return password.toString();
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(descriptionFile());
        } catch (IOException e) {
            throw unusable(root, e);
        } finally {
            closeQuietly(lock);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new AppFailure(AppErrorCode.DATA_UNUSABLE, "the demo's lock: " + IoReason.of(e), "", e);
        }
    }

    private static AppFailure unusable(Path root, IOException e) {
        return new AppFailure(
                AppErrorCode.DATA_UNUSABLE,
                "the data directory " + root + " cannot be used: " + IoReason.of(e),
                IoReason.isDenied(e)
                        ? "Name one that you may write to: --data DIR"
                        : "Name one that you may write to: --data DIR, or start anew: --fresh",
                e);
    }
}
