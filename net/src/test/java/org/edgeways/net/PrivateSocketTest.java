package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect to a socket of a role, and from when on. */
final class PrivateSocketTest {

    @TempDir
    Path directory;

    private static void connect(Path file) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(file));
        }
    }

    @Test
    void socketIsTheOwnersAloneAndTakesConnections() throws Exception {
        Path file = directory.resolve("admin.sock");
        try (ServerSocketChannel server = PrivateSocket.listen(file)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            connect(file);
            server.accept().close();
        }
        try (ServerSocketChannel again = PrivateSocket.listen(file)) {
            connect(file);
            again.accept().close();
        }
        assertThat(directory.resolve(".new")).doesNotExist();
    }

    @Test
    void socketIsNeverInItsPlaceBeforeItIsTheOwnersAlone() throws Exception {
        Path file = directory.resolve("admin.sock");
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            PrivateSocket.listen(file).close();
            Files.createFile(directory.resolve("end"));

            List<String> seen = new ArrayList<>();
            while (!seen.contains("ENTRY_CREATE end")) {
                WatchKey key = watch.poll(20, TimeUnit.SECONDS);
                assertThat(key).isNotNull();
                for (WatchEvent<?> event : key.pollEvents()) {
                    seen.add(event.kind().name() + " " + event.context());
                }
                key.reset();
            }
            // moved there as it is: a change of its rights in its place would be a modification of it
            assertThat(seen).contains("ENTRY_CREATE admin.sock").doesNotContain("ENTRY_MODIFY admin.sock");
        }
    }

    @Test
    void whatACrashLeftIsNoHindrance() throws Exception {
        Path file = directory.resolve("counters.sock");
        Path beside = Files.createDirectory(directory.resolve(".new"));
        Files.createFile(beside.resolve("s"));
        Files.createFile(file);

        try (ServerSocketChannel server = PrivateSocket.listen(file)) {
            connect(file);
            assertThat(server.isOpen()).isTrue();
        }
    }
}
