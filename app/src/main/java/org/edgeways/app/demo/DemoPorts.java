package org.edgeways.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;

/**
 * The TCP ports of the demo, all on loopback.
 *
 * @param outside the edge's, for all that comes from outside
 * @param admin counters and health of both
 * @param link the edge's inside leg, which the pool dials
 * @param insideSipTls the pool's, for SIP over TLS from inside
 */
public record DemoPorts(int outside, int admin, int link, int insideSipTls) {

    /** What the documents and examples speak of. */
    public static final DemoPorts USUAL = new DemoPorts(8443, 9464, 8445, 9061);

    /** The greatest base, so that the last port is a port still. */
    public static final int GREATEST_BASE = 65535 - 3;

    /** Four ports in a row. */
    public static DemoPorts from(int base) {
        return new DemoPorts(base, base + 1, base + 2, base + 3);
    }

    /**
     * Finds out whether all ports can be had.
     *
     * @throws AppFailure if another program has one
     */
    void ensureFree() {
        Map<Integer, String> purposes = new LinkedHashMap<>();
        purposes.put(outside, "clients outside");
        purposes.put(admin, "administration");
        purposes.put(link, "the edge's inside leg");
        purposes.put(insideSipTls, "SIP over TLS from inside");
        purposes.forEach(DemoPorts::ensureFree);
    }

    private static void ensureFree(int port, String purpose) {
        for (String address : List.of("127.0.0.1", "::1")) {
            if (!isLocal(address)) {
                continue;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            } catch (IOException e) {
                throw new AppFailure(
                        AppErrorCode.PORT_TAKEN,
                        "port " + port + " (" + purpose + ") cannot be had: " + IoReason.of(e),
                        IoReason.isDenied(e)
                                ? "A port below 1024 needs rights of its own; choose others: edgeways demo --port-base 18443"
                                : "Is another demo running? Stop it, see who has the port (ss -ltnp 'sport = :" + port
                                        + "'),\nor move all ports: edgeways demo --port-base 18443",
                        e);
            }
        }
    }

    /** This machine has the address: some have no IPv6. */
    static boolean isLocal(String literal) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral(literal), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
