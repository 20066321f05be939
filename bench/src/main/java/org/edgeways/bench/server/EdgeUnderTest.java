package org.edgeways.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.edgeways.bench.load.LoadGenerator;
import org.edgeways.bench.load.Wire;

/**
 * Our edge as {@code edgeways edge} starts it, with its default limits and every check on. The answerers open the four
 * connections to its inside leg that a pool would open.
 */
public final class EdgeUnderTest implements ProxyUnderTest {

    /** One event loop and one collector thread, as on the one processor that a server is pinned to. */
    static final String ONE_PROCESSOR = "-XX:ActiveProcessorCount=1";

    private static final int LINKS = 4;

    private final Workbench workbench;
    private final ServerProcess process;
    private final int tlsPort;
    private final int webSocketPort;
    private final int linkPort;

    private EdgeUnderTest(Workbench workbench, ServerProcess process, int tlsPort, int webSocketPort, int linkPort) {
        this.workbench = workbench;
        this.process = process;
        this.tlsPort = tlsPort;
        this.webSocketPort = webSocketPort;
        this.linkPort = linkPort;
    }

    /**
     * Starts it.
     *
     * @param launcher the script {@code edgeways}
     * @param javaOptions added to what the launcher gives; may be empty
     */
    public static EdgeUnderTest start(Workbench workbench, Path launcher, String javaOptions) throws IOException {
        int tls = ServerProcess.freePort();
        int webSocket = ServerProcess.freePort();
        int link = ServerProcess.freePort();
        Path data = Files.createDirectories(workbench.directory().resolve("edge"));
        Path config = Workbench.configure(
                "edge.json",
                data.resolve("edge.json"),
                Map.of(
                        "DIRECTORY", workbench.directory().toString(),
                        "TLS_PORT", String.valueOf(tls),
                        "WEBSOCKET_PORT", String.valueOf(webSocket),
                        "LINK_PORT", String.valueOf(link)));
        ServerProcess process = ServerProcess.start(
                data.resolve("output.log"),
                Map.of("JAVA_TOOL_OPTIONS", (ONE_PROCESSOR + " " + javaOptions).strip()),
                List.of(launcher.toString(), "edge", "--config", config.toString()));
        EdgeUnderTest edge = new EdgeUnderTest(workbench, process, tls, webSocket, link);
        try {
            process.await(edge.outside(Wire.TLS));
        } catch (IOException e) {
            edge.close();
            throw e;
        }
        return edge;
    }

    int linkPort() {
        return linkPort;
    }

    @Override
    public String name() {
        return "edgeways";
    }

    @Override
    public void join(LoadGenerator generator) throws IOException {
        generator.link(
                address(linkPort),
                workbench.dialling(),
                Workbench.EDGE_LINK_HOST,
                LINKS,
                "sip:b@" + Workbench.INSIDE_HOST + ":5061;transport=tls");
    }

    @Override
    public InetSocketAddress outside(Wire wire) {
        return switch (wire) {
            case TLS -> address(tlsPort);
            case WSS -> address(webSocketPort);
            case TCP -> throw new IllegalArgumentException("the edge serves no plain TCP");
        };
    }

    static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    @Override
    public ProcessUse use() {
        return process.use();
    }

    @Override
    public void collect() throws IOException {
        ProcessUse.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(process.pid()),
                "GC.run"));
    }

    @Override
    public void close() {
        process.close();
    }
}
