package org.edgeways.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Passes SIP over TCP on and can lose requests or refuse them. */
final class LossyRelay implements AutoCloseable {

    private final ServerSocket server;
    private final InetSocketAddress to;
    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private volatile int loseEvery;
    private volatile String answer = "";

    LossyRelay(InetSocketAddress to) throws IOException {
        this.to = to;
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    void loseEvery(int count) {
        loseEvery = count;
    }

    void answerWith(String statusAndReason) {
        answer = statusAndReason;
    }

    long lost() {
        return lost.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket caller = server.accept();
                Socket onward = new Socket(to.getAddress(), to.getPort());
                Thread.ofVirtual().start(() -> requests(caller, onward));
                Thread.ofVirtual().start(() -> responses(onward, caller));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void requests(Socket from, Socket onward) {
        MessageScan scan = new MessageScan();
        byte[] rest = new byte[0];
        byte[] buffer = new byte[16_384];
        try (from;
                onward) {
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                byte[] all = Arrays.copyOf(rest, rest.length + read);
                System.arraycopy(buffer, 0, all, rest.length, read);
                int at = 0;
                while (scan.find(all, at, all.length)) {
                    request(Arrays.copyOfRange(all, at, scan.end()), from.getOutputStream(), onward.getOutputStream());
                    at = scan.end();
                }
                rest = Arrays.copyOfRange(all, at, all.length);
            }
        } catch (IOException e) {
            // the test has ended
        }
    }

    private void request(byte[] message, OutputStream back, OutputStream onward) throws IOException {
        if (loseEvery > 0 && passed.incrementAndGet() % loseEvery == 0) {
            lost.incrementAndGet();
        } else if (!answer.isEmpty()) {
            StringBuilder response = new StringBuilder("SIP/2.0 " + answer + "\r\n");
            new String(message, StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("Via:") || line.startsWith("CSeq:"))
                    .forEach(line -> response.append(line).append("\r\n"));
            back.write(response.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        } else {
            onward.write(message);
        }
    }

    private static void responses(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // the test has ended
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
