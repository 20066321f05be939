package org.edgeways.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.bench.load.LoadGenerator;
import org.edgeways.bench.load.Wire;

/** Edge and pool with real people: who signs in is asked for a digest, and the binding is on disk before the 200. */
public final class WholeSystem implements ProxyUnderTest {

    /** Everybody's. */
    public static final String PASSWORD = "bench-bench-bench";

    private final EdgeUnderTest edge;
    private final ServerProcess pool;

    private WholeSystem(EdgeUnderTest edge, ServerProcess pool) {
        this.edge = edge;
        this.pool = pool;
    }

    /**
     * Starts both with an empty database.
     *
     * @param people {@code p0} and on
     */
    public static WholeSystem start(Workbench workbench, Path launcher, String javaOptions, int people)
            throws IOException {
        EdgeUnderTest edge = EdgeUnderTest.start(workbench, launcher, javaOptions);
        Path data = workbench.directory().resolve("pool");
        empty(data);
        int port = ServerProcess.freePort();
        Path config = Workbench.configure(
                "pool.json",
                workbench.directory().resolve("pool.json"),
                Map.of(
                        "DIRECTORY", workbench.directory().toString(),
                        "INSIDE_PORT", String.valueOf(port),
                        "LINK_PORT", String.valueOf(edge.linkPort())));
        ServerProcess pool = ServerProcess.start(
                workbench.directory().resolve("pool-output.log"),
                Map.of("JAVA_TOOL_OPTIONS", EdgeUnderTest.ONE_PROCESSOR),
                List.of(launcher.toString(), "pool", "--config", config.toString()));
        WholeSystem system = new WholeSystem(edge, pool);
        try {
            pool.await(EdgeUnderTest.address(port));
            AdminClient administrator = AdminClient.of(data);
            for (int i = 0; i < people; i++) {
                String name = "p" + i + "@" + Workbench.DOMAIN;
                administrator.ask(AdminClient.request("user-add")
                        .put("name", "p" + i)
                        .put("domain", Workbench.DOMAIN)
                        .put("remoteAccess", true));
                administrator.ask(AdminClient.request("device-add")
                        .put("name", name)
                        .put("device", "bench")
                        .put("password", PASSWORD));
            }
        } catch (IOException | RuntimeException e) {
            system.close();
            throw e;
        }
        return system;
    }

    private static void empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            } catch (UncheckedIOException e) {
                throw new IOException(e);
            }
        }
    }

    @Override
    public String name() {
        return "edge+pool";
    }

    @Override
    public void join(LoadGenerator generator) {
        // the pool answers
    }

    @Override
    public InetSocketAddress outside(Wire wire) {
        return edge.outside(wire);
    }

    @Override
    public ProcessUse use() {
        return ProcessUse.of(edge.use(), pool.use());
    }

    @Override
    public void collect() throws IOException {
        edge.collect();
    }

    @Override
    public void close() {
        pool.close();
        edge.close();
    }
}
