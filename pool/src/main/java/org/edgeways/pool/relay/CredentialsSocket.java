package org.edgeways.pool.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.edgeways.base.Counters;
import org.edgeways.net.AcceptLoop;
import org.edgeways.net.PrivateSocket;
import org.edgeways.pool.admin.AdminErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web server of {@link CredentialsDesk}: a Unix-domain socket (mode 0600) in the data directory, which the inside end of the
 * Link passes requests of edge nodes to. HTTP/1.1 as that writes it: a head without a body, one request for each connection.
 */
public final class CredentialsSocket implements AutoCloseable {

    /** The socket's name in the data directory. */
    public static final String FILE_NAME = "relay.sock";

    /** The header field in which an edge node says who it is. */
    public static final String NODE_FIELD = "edgeways-node";

    /** Longest head of a request, in bytes. */
    static final int HEAD_BYTES = 16 * 1024;

    /** Requests at once; past it they wait for the connection to be taken. */
    static final int AT_ONCE = 64;

    private static final Logger LOG = LoggerFactory.getLogger(CredentialsSocket.class);
    private static final String END = "\r\n\r\n";

    private final Path file;
    private final ServerSocketChannel server;
    private final CredentialsDesk desk;
    private final Semaphore places = new Semaphore(AT_ONCE);

    private CredentialsSocket(Path file, ServerSocketChannel server, CredentialsDesk desk) {
        this.file = file;
        this.server = server;
        this.desk = desk;
    }

    /**
     * Starts answering.
     *
     * @param directory the data directory; a socket left there by a process that died is replaced
     * @throws IOException if the socket cannot be made
     */
    public static CredentialsSocket open(Path directory, CredentialsDesk desk, Counters counters) throws IOException {
        Path file = directory.toAbsolutePath().resolve(FILE_NAME);
        ServerSocketChannel server = PrivateSocket.listen(file);
        CredentialsSocket socket = new CredentialsSocket(file, server, desk);
        Thread.ofVirtual()
                .name("relay credentials")
                .start(new AcceptLoop(FILE_NAME, server::accept, socket::take, counters));
        return socket;
    }

    /** Where it listens. */
    public Path file() {
        return file;
    }

    private void take(SocketChannel peer) {
        places.acquireUninterruptibly();
        Thread.ofVirtual().name("relay credentials request").start(() -> {
            try {
                serve(peer);
            } finally {
                places.release();
            }
        });
    }

    private void serve(SocketChannel peer) {
        try (peer) {
            Optional<CredentialsDesk.Question> question =
                    readHead(Channels.newInputStream(peer)).flatMap(CredentialsSocket::question);
            ByteBuffer bytes = ByteBuffer.wrap(question.map(desk::await)
                    .orElseGet(() -> new CredentialsDesk.Answer(400, List.of(), "{}"))
                    .http()
                    .getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                peer.write(bytes);
            }
        } catch (IOException e) {
            LOG.debug("a request for relay credentials went away: {}", e.toString());
        }
    }

    /** The head without the empty line at its end; empty if it is too long or never ends. */
    private static Optional<String> readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] part = new byte[2048];
        for (int read = in.read(part); read >= 0; read = in.read(part)) {
            head.write(part, 0, read);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf(END);
            if (end >= 0) {
                return Optional.of(text.substring(0, end));
            }
            if (head.size() > HEAD_BYTES) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Optional<CredentialsDesk.Question> question(String head) {
        String[] lines = head.split("\r\n", -1);
        String[] request = lines[0].split(" ", -1);
        if (request.length != 3) {
            return Optional.empty();
        }
        List<String> authorization = new ArrayList<>();
        String node = "";
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(": ");
            String name = colon < 0 ? "" : lines[i].substring(0, colon);
            switch (name) {
                case "authorization" -> authorization.add(lines[i].substring(colon + 2));
                case NODE_FIELD -> node = lines[i].substring(colon + 2);
                default -> {} // the Link passes on what the client sent
            }
        }
        return Optional.of(new CredentialsDesk.Question(
                new CredentialsDesk.Place.Outside(node), request[0], request[1], authorization));
    }

    /** Answers no more and removes the socket. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn(
                    "event=relay-socket-left code={} file={} reason=\"{}\"",
                    AdminErrorCode.SOCKET_LEFT.code(),
                    FILE_NAME,
                    e.toString());
        }
    }
}
