package org.edgeways.app.counters;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.net.AcceptLoop;
import org.edgeways.net.PrivateSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every connection to the Unix socket {@code counters.sock} (mode 0600) with the counters in the Prometheus
 * text format, then closes it.
 */
public final class CountersSocket implements AutoCloseable {

    /** The socket's name in the data directory. */
    public static final String FILE_NAME = "counters.sock";

    private static final Logger LOG = LoggerFactory.getLogger(CountersSocket.class);

    private final Path file;
    private final Supplier<String> text;
    private final ServerSocketChannel server;

    private CountersSocket(Path file, Supplier<String> text, ServerSocketChannel server) {
        this.file = file;
        this.text = text;
        this.server = server;
    }

    /**
     * Starts answering.
     *
     * @param directory the data directory; a socket left there by a process that died is replaced
     * @throws IOException if the socket cannot be made
     */
    public static CountersSocket open(Path directory, MicrometerCounters counters) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        ServerSocketChannel server;
        try {
            server = PrivateSocket.listen(file);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        CountersSocket socket = new CountersSocket(file, counters::scrape, server);
        Thread.ofVirtual()
                .name("counters")
                .start(new AcceptLoop(
                        FILE_NAME,
                        server::accept,
                        peer -> Thread.ofVirtual().start(() -> socket.answer(peer)),
                        counters));
        return socket;
    }

    private void answer(SocketChannel peer) {
        try (peer) {
            ByteBuffer bytes = ByteBuffer.wrap(text.get().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                peer.write(bytes);
            }
        } catch (IOException e) {
            LOG.debug("a reader of the counters went away: {}", e.toString());
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn(
                    "event=counters-socket-left code={} file={} reason=\"{}\"",
                    AppErrorCode.SOCKET_LEFT.code(),
                    file.getFileName(),
                    e.toString());
        }
    }
}
