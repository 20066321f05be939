package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A WebSocket server on a port of its place's loopback that sends every message back as a line: websocketd with cat. */
public final class WebSocketEcho implements AutoCloseable {

    private final WorkDirectory directory;
    private final int port;
    private final RunningProgram program;

    private WebSocketEcho(WorkDirectory directory, int port, RunningProgram program) {
        this.directory = directory;
        this.port = port;
        this.program = program;
    }

    /** Starts it there. */
    public static WebSocketEcho start(Place place, String name) {
        WorkDirectory directory = WorkDirectory.create();
        int port = LoopbackPorts.consecutive(1);
        RunningProgram program = RunningProgram.start(
                place,
                name,
                directory.path(),
                Map.of(),
                List.of(
                        Program.WEBSOCKETD.path().toString(),
                        "--address=127.0.0.1",
                        "--port=" + port,
                        "--loglevel=access",
                        "/bin/cat"));
        try {
            program.transcript().await("websocketd serves", Pattern.compile("Starting WebSocket server"), STEP);
            return new WebSocketEcho(directory, port, program);
        } catch (RuntimeException | Error e) {
            program.close();
            directory.close();
            throw e;
        }
    }

    /** Its port on its place's loopback. */
    public int port() {
        return port;
    }

    /** What it has said so far. */
    public Transcript transcript() {
        return program.transcript();
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
