package org.edgeways.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Stands between a dialer and a listener on loopback, and can harm one connection among others: reset it, or let it fall
 * silent, as when a router forgets it, so that neither end hears of it. It can also let everything wait.
 */
public final class TcpRelay implements AutoCloseable {

    private static final int PIECE = 1 << 14;

    private final ServerSocket listening;
    private final SocketAddress target;
    private final List<Carried> carried = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch held = new CountDownLatch(0);

    private TcpRelay(ServerSocket listening, SocketAddress target) {
        this.listening = listening;
        this.target = target;
    }

    /** Listens on a free port of 127.0.0.1. */
    public static TcpRelay before(InetSocketAddress target) throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        TcpRelay relay = new TcpRelay(listening, target);
        Thread.ofVirtual().start(relay::accept);
        return relay;
    }

    /** Where to dial. */
    public int port() {
        return listening.getLocalPort();
    }

    /** All connections of its life, in the order in which they came. */
    public List<Carried> connections() {
        return List.copyOf(carried);
    }

    /** From now on whatever either end of any connection sends waits, until {@link #release}. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    /** Carries on what was held, and everything after it. */
    public void release() {
        held.countDown();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                Socket far = new Socket();
                far.connect(target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                carried.add(new Carried(near, far));
            } catch (IOException closed) {
                // the loop's condition tells
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        release();
        carried.forEach(Carried::reset);
    }

    /** One connection. */
    public final class Carried {
        private final Socket near;
        private final Socket far;
        private volatile boolean silent;

        private Carried(Socket near, Socket far) {
            this.near = near;
            this.far = far;
            Thread.ofVirtual().start(() -> carry(near, far));
            Thread.ofVirtual().start(() -> carry(far, near));
        }

        private void carry(Socket from, Socket to) {
            byte[] piece = new byte[PIECE];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                    held.await();
                    if (!silent) {
                        out.write(piece, 0, length);
                    }
                }
                if (!silent) {
                    to.shutdownOutput();
                }
            } catch (IOException broken) {
                if (!silent) {
                    reset();
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }

        /** Closes both sides with a reset; what is under way is lost. */
        public void reset() {
            for (Socket side : List.of(near, far)) {
                try {
                    side.setSoLinger(true, 0);
                    side.close();
                } catch (IOException gone) {
                    // as it was to be
                }
            }
        }

        /** From now on whatever either end sends vanishes, its end too. */
        public void fallSilent() {
            silent = true;
        }
    }
}
