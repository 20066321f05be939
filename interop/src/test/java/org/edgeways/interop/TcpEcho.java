package org.edgeways.interop;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/** A peer for TCP: sends everybody back what they send. */
final class TcpEcho {

    private TcpEcho() {}

    /** Serves until the socket is closed. */
    static void serve(ServerSocket echo) {
        try {
            while (true) {
                Socket client = echo.accept();
                Thread.startVirtualThread(() -> {
                    try (client) {
                        client.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException e) {
                        // reset: the client's end says whether all came back
                    }
                });
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }
}
