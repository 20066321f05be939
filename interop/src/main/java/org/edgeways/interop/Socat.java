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

    /** Starts it and waits until it listens. */
    public static Socat start(String name, String host, int tlsPort, Path caFile) {
        int port = LoopbackPorts.consecutive(1);
        RunningProgram program = RunningProgram.start(
                name,
                Path.of("."),
                Map.of(),
                List.of(
                        Program.SOCAT.path().toString(),
                        "-d",
                        "-d",
                        "TCP-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr",
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
