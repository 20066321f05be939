package org.edgeways.pool.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.edgeways.accounts.Accounts;
import org.edgeways.base.Counters;
import org.edgeways.net.AcceptLoop;
import org.edgeways.net.PrivateSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers administrators on the Unix-domain socket {@code admin.sock} (mode 0600) in the data directory: one JSON object
 * per line each way, several on one connection. Each connection has a virtual thread.
 */
public final class AdminServer implements AutoCloseable {

    /** The socket's name in the data directory. */
    public static final String FILE_NAME = "admin.sock";

    /** Most connections at a time; past it a new one is closed. */
    static final int CONNECTIONS = 16;

    /** Longest request, in bytes; past it the connection is closed. */
    static final int LINE_BYTES = 64 * 1024;

    /** One byte less than the kernel takes (108 with the zero at the end): the Java runtime refuses the last one. */
    private static final int LONGEST_PATH_BYTES = 106;

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private final Path file;
    private final ServerSocketChannel server;
    private final AdminCommands commands;
    private final Counters counters;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    private AdminServer(Path file, ServerSocketChannel server, AdminCommands commands, Counters counters) {
        this.file = file;
        this.server = server;
        this.commands = commands;
        this.counters = counters;
    }

    /** As {@link #open(Path, Accounts, Function, PresenceDesk, MoreCommands, Counters)}, without other commands. */
    public static AdminServer open(
            Path directory,
            Accounts accounts,
            Function<List<String>, CompletableFuture<Map<String, Integer>>> bindings,
            PresenceDesk presence,
            Counters counters)
            throws IOException {
        return open(directory, accounts, bindings, presence, MoreCommands.NONE, counters);
    }

    /**
     * Starts answering.
     *
     * @param bindings how many devices are signed in, by address of record
     * @param presence who answers questions about contacts and watchers
     * @param more commands of other parts
     * @throws IOException if the socket cannot be made; the message says why
     */
    public static AdminServer open(
            Path directory,
            Accounts accounts,
            Function<List<String>, CompletableFuture<Map<String, Integer>>> bindings,
            PresenceDesk presence,
            MoreCommands more,
            Counters counters)
            throws IOException {
        Path file = directory.toAbsolutePath().resolve(FILE_NAME);
        int length = file.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH_BYTES) {
            throw new IOException(AdminErrorCode.PATH_TOO_LONG.meaning() + ": " + length + " bytes, at most "
                    + LONGEST_PATH_BYTES + "; choose a shorter one");
        }
        removeStale(file);
        ServerSocketChannel server = PrivateSocket.listen(file);
        AdminServer admin =
                new AdminServer(file, server, new AdminCommands(accounts, bindings, presence, more), counters);
        Thread.ofVirtual().name("admin").start(new AcceptLoop(FILE_NAME, server::accept, admin::take, counters));
        return admin;
    }

    /** A socket that nobody answers was left by a process that died. */
    private static void removeStale(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException e) {
            Files.deleteIfExists(file);
            return;
        }
        throw new IOException(AdminErrorCode.SOCKET_TAKEN.meaning() + ": " + file.getParent());
    }

    private void take(SocketChannel peer) {
        if (connections.size() < CONNECTIONS) {
            connections.add(peer);
            Thread.ofVirtual().name("admin connection").start(() -> serve(peer));
            return;
        }
        refused(AdminErrorCode.CONNECTIONS_EXHAUSTED);
        try {
            peer.close();
        } catch (IOException e) {
            LOG.debug("an administrator's connection past the limit was not closed: {}", e.toString());
        }
    }

    private void refused(AdminErrorCode code) {
        counters.counter("pool_admin_refused", "reason", code.code()).increment();
        LOG.info("event=pool-admin-refused code={}", code.code());
    }

    private void serve(SocketChannel peer) {
        try (peer) {
            InputStream in = Channels.newInputStream(peer);
            for (String line = readLine(in); line != null; line = readLine(in)) {
                ByteBuffer answer = ByteBuffer.wrap((commands.answer(line) + "\n").getBytes(StandardCharsets.UTF_8));
                while (answer.hasRemaining()) {
                    peer.write(answer);
                }
            }
        } catch (IOException e) {
            LOG.debug("an administrator's connection ended: {}", e.toString());
        } finally {
            connections.remove(peer);
        }
    }

    /** Null at the end, and for a line that is too long. */
    private @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() == LINE_BYTES) {
                refused(AdminErrorCode.LINE_TOO_LONG);
                return null;
            }
            line.write(b);
        }
        return null;
    }

    /** Answers no more and removes the socket. */
    @Override
    public void close() {
        try {
            server.close();
            for (SocketChannel peer : connections) {
                peer.close();
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn(
                    "event=pool-admin-socket-left code={} file={} reason=\"{}\"",
                    AdminErrorCode.SOCKET_LEFT.code(),
                    FILE_NAME,
                    e.toString());
        }
    }
}
