package org.edgeways.app.admin;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Unix socket in the data directory of a running pool, edge or demo, which may be another user's. */
public final class RoleSocket {

    private static final Logger LOG = LoggerFactory.getLogger(RoleSocket.class);

    private RoleSocket() {}

    /**
     * Whether there is one.
     *
     * @throws AppFailure if this user may not even look
     */
    public static boolean isThere(Path socket) {
        try {
            Files.readAttributes(socket, BasicFileAttributes.class);
            return true;
        } catch (IOException e) {
            if (IoReason.isDenied(e)) {
                throw somebodyElses(socket, e);
            }
            return false;
        }
    }

    /**
     * Connects to it.
     *
     * @throws AppFailure if it belongs to another user
     * @throws IOException if nobody answers
     */
    public static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            if (IoReason.isDenied(e)) {
                throw somebodyElses(socket, e);
            }
            throw e;
        }
    }

    static AppFailure somebodyElses(Path socket, IOException e) {
        return new AppFailure(
                AppErrorCode.NOT_OURS,
                socket + " belongs to " + owner(socket) + ", and only they may use it",
                "Run this as that user or as root, or say where your own data is: --data DIR",
                e);
    }

    /** The owner of what is nearest to the socket and can be seen. */
    private static String owner(Path socket) {
        for (Path seen = socket.toAbsolutePath(); seen != null; seen = seen.getParent()) {
            try {
                return "user " + Files.getOwner(seen).getName();
            } catch (IOException e) {
                LOG.debug("{} is hidden in its directory, whose owner is the same: {}", seen, e.toString());
            }
        }
        return "another user";
    }
}
