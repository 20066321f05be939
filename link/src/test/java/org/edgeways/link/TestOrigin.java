package org.edgeways.link;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A web server of a test's own, on TCP or a Unix domain socket: it plays each connection as the test says. */
final class TestOrigin implements AutoCloseable {

    /** What one connection does. */
    interface Script {
        void play(InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    /** What was asked, head and body as they came. */
    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    private final ServerSocketChannel server;
    private final Script script;

    private TestOrigin(ServerSocketChannel server, Script script) {
        this.server = server;
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    static TestOrigin tcp(Script script) throws IOException {
        return new TestOrigin(
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)), script);
    }

    static TestOrigin unix(Path path, Script script) throws IOException {
        return new TestOrigin(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)), script);
    }

    /** One that answers every request with that, after having read its head and body. */
    static TestOrigin answering(String response) throws IOException {
        TestOrigin[] self = new TestOrigin[1];
        self[0] = tcp((in, out) -> {
            self[0].requests.add(readRequest(in));
            out.write(response.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        });
        return self[0];
    }

    Origin origin() throws IOException {
        SocketAddress address = server.getLocalAddress();
        return switch (address) {
            case UnixDomainSocketAddress unix -> new Origin.Unix(unix.getPath());
            case InetSocketAddress inet -> new Origin.Tcp("127.0.0.1", inet.getPort());
            default -> throw new IOException("an address of an unknown kind");
        };
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel connection = server.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            script.play(
                    new BufferedInputStream(Channels.newInputStream(connection)), Channels.newOutputStream(connection));
        } catch (IOException | InterruptedException broken) {
            // what the test looks at is the other end
        }
    }

    /** Reads a head, to the empty line. */
    static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed within a head");
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** Reads a head and the body that it announces, both lengths kept as they are written. */
    static String readRequest(InputStream in) throws IOException {
        String head = readHead(in);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = head.indexOf("content-length: ");
        if (at >= 0) {
            int length = Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
            body.write(in.readNBytes(length));
        } else if (head.contains("transfer-encoding: chunked")) {
            while (!body.toString(StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    throw new IOException("closed within a body");
                }
                body.write(b);
            }
        }
        return head + body.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
