package org.edgeways.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** socat: clear TCP on loopback in, verified TLS to the server out, for programs that know no TLS. */
public final class Socat implements AutoCloseable {
    private final int port;
    private final RunningProgram program;

    private Socat(int port, RunningProgram program) {
        this.port = port;
        this.program = program;
    }

    /** Starts it on this machine's loopback and waits until it listens. */
    public static Socat start(String name, String host, int tlsPort, Path caFile) {
        return start(Place.LOOPBACK, "TCP", "127.0.0.1", name, host, tlsPort, caFile);
    }

    /** Starts one that takes datagrams at every loopback address: each sender gets a connection of its own. */
    public static Socat startForDatagrams(Place place, String name, String host, int tlsPort, Path caFile) {
        return start(place, "UDP", "0.0.0.0", name, host, tlsPort, caFile);
    }

    /** Starts it where the client is that needs it. */
    public static Socat start(Place place, String name, String host, int tlsPort, Path caFile) {
        return start(place, "TCP", "127.0.0.1", name, host, tlsPort, caFile);
    }

    private static Socat start(
            Place place, String listens, String at, String name, String host, int tlsPort, Path caFile) {
        int port = LoopbackPorts.consecutive(1);
        RunningProgram program = RunningProgram.start(
                place,
                name,
                Path.of("."),
                Map.of(),
                List.of(
                        Program.SOCAT.path().toString(),
                        "-d",
                        "-d",
                        listens + "-LISTEN:" + port + ",bind=" + at + ",fork,reuseaddr",
                        "OPENSSL:" + host + ":" + tlsPort + ",cafile=" + caFile.toAbsolutePath() + ",commonname="
                                + host));
        program.transcript().await("socat listens", Pattern.compile("listening on"), Account.STEP);
        return new Socat(port, program);
    }

    /** Where it listens on loopback. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        program.close();
    }
}
