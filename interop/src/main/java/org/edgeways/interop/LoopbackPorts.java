package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Finds TCP ports on loopback that nobody listens on. */
public final class LoopbackPorts {
    /** Test processes that run at the same time take ports of ranges of their own: a port is free until it is used. */
    private static final int LOWEST = 21_000 + 5_000 * (Integer.getInteger("edgeways.interop.fork", 1) % 2);

    private static final int HIGHEST = LOWEST + 5_000;
    private static final int ATTEMPTS = 200;

    private LoopbackPorts() {}

    /**
     * The first of {@code count} consecutive free ports. They lie below the range from which the kernel takes ports for
     * outgoing connections, so that a client's connection does not take one between this answer and its use.
     */
    public static int consecutive(int count) {
        SplittableRandom random = new SplittableRandom();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int first = random.nextInt(LOWEST, HIGHEST - count);
            if (allFree(first, count)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " consecutive free ports on loopback");
    }

    private static boolean allFree(int first, int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int port = first; port < first + count; port++) {
                ServerSocket socket = new ServerSocket();
                held.add(socket);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            }
            return true;
        } catch (IOException taken) {
            return false;
        } finally {
            held.forEach(LoopbackPorts::release);
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
