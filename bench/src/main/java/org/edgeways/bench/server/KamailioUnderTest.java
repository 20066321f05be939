package org.edgeways.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.edgeways.bench.load.LoadGenerator;
import org.edgeways.bench.load.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Kamailio as a stateful, record-routing proxy with the allocator that is fast. It opens four mutual TLS connections to
 * the answerers, so the generator must be there first.
 */
public final class KamailioUnderTest implements ProxyUnderTest {

    private static final int LINKS = 4;

    private final Workbench workbench;
    private final int workers;
    private final String allocator;
    private @Nullable ServerProcess process;
    private int tlsPort;
    private int tcpPort;

    /**
     * Kamailio, not yet started.
     *
     * @param workers processes that serve TCP and TLS
     * @param allocator its memory manager: {@code fm}, {@code tlsf} or {@code qm}
     */
    public KamailioUnderTest(Workbench workbench, int workers, String allocator) {
        this.workbench = workbench;
        this.workers = workers;
        this.allocator = allocator;
    }

    @Override
    public String name() {
        return "kamailio";
    }

    @Override
    public void join(LoadGenerator generator) throws IOException {
        tlsPort = ServerProcess.freePort();
        tcpPort = ServerProcess.freePort();
        Path data = Files.createDirectories(workbench.directory().resolve("kamailio"));
        Map<String, String> values = new HashMap<>();
        values.put("DIRECTORY", workbench.directory().toString());
        values.put("TLS_PORT", String.valueOf(tlsPort));
        values.put("TCP_PORT", String.valueOf(tcpPort));
        values.put("WORKERS", String.valueOf(workers));
        for (int i = 0; i < LINKS; i++) {
            InetSocketAddress link = generator.listen(workbench.dialled(), "sip:b@127.0.0.1:PORT;transport=tls");
            values.put("INSIDE_PORT_" + i, String.valueOf(link.getPort()));
        }
        Path config = Workbench.configure("kamailio.cfg", data.resolve("kamailio.cfg"), values);
        Workbench.configure("kamailio-tls.cfg", data.resolve("kamailio-tls.cfg"), values);
        Path openssl = Workbench.configure("openssl.cnf", data.resolve("openssl.cnf"), values);
        ServerProcess started = ServerProcess.start(
                data.resolve("output.log"),
                Map.of("OPENSSL_CONF", openssl.toString()),
                List.of(
                        "kamailio",
                        "-f",
                        config.toString(),
                        "-DD",
                        "-E",
                        "-m",
                        "2048",
                        "-M",
                        "32",
                        "-x",
                        allocator,
                        "-X",
                        allocator,
                        "-Y",
                        data.toString()));
        process = started;
        started.await(outside(Wire.TLS));
    }

    private ServerProcess running() {
        if (process == null) {
            throw new IllegalStateException("Kamailio has not been started");
        }
        return process;
    }

    @Override
    public InetSocketAddress outside(Wire wire) {
        return switch (wire) {
            case TLS -> EdgeUnderTest.address(tlsPort);
            case TCP -> EdgeUnderTest.address(tcpPort);
            case WSS -> throw new IllegalArgumentException("Kamailio is set up without WebSocket here");
        };
    }

    @Override
    public ProcessUse use() {
        return running().use();
    }

    @Override
    public void collect() {
        // frees what it does not need at once
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
