package org.edgeways.net;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Unix sockets to which only their owner may connect, from their first moment on. */
public final class PrivateSocket {

    /** Where a socket is made: a directory that nobody else may enter. Its path is no longer than a socket's may be. */
    private static final String BESIDE = ".new";

    private PrivateSocket() {}

    /**
     * Listens on a new socket of mode 0600, in the place of what was there. It is made where nobody else comes and then moved:
     * made in its place it would have the rights that the process gives to all files until they are taken away.
     *
     * @param file in a directory of this process alone
     * @throws IOException if it cannot be made
     */
    public static ServerSocketChannel listen(Path file) throws IOException {
        Path beside = file.resolveSibling(BESIDE);
        Path made = beside.resolve("s");
        Files.deleteIfExists(made);
        Files.deleteIfExists(beside);
        Files.createDirectory(
                beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(made));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(PrivateFile.OWNER_ONLY));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return server;
        } catch (IOException e) {
            server.close();
            Files.deleteIfExists(made);
            throw e;
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
