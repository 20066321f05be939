package org.edgeways.app.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.demo.PrivateDirectory;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.app.role.NodeJoining;
import org.edgeways.siptransport.TransportContext;
import org.jspecify.annotations.Nullable;

/** An edge node beside the demo's own, for one scenario: in the settings, with a bundle, on ports and in directories of its own. */
final class SecondNode implements AutoCloseable {

    private final String name;
    private final TransportContext transport;
    private final AdminClient administration;
    private final SecureRandom random = new SecureRandom();
    private final Path hosts;
    private final Path bundle;
    private boolean joined;
    private @Nullable EdgeProcess process;

    private SecondNode(String name, TransportContext transport, AdminClient administration, Path hosts) {
        this.name = name;
        this.transport = transport;
        this.administration = administration;
        this.hosts = hosts;
        this.bundle = hosts.resolve(name + ".bundle");
    }

    /** One that the settings name and that a bundle was made for. */
    static SecondNode expected(String name, SettingsChange change, Stage stage) throws IOException {
        change.write(settings(name));
        SecondNode node = new SecondNode(
                name, stage.transport(), change.administration(), Files.createTempDirectory("edgeways-check-"));
        boolean made = false;
        try {
            JsonNode answer = change.administration()
                    .ask(AdminClient.request("node-enroll").put("name", name));
            Files.writeString(node.bundle, answer.path("bundle").asText());
            made = true;
            return node;
        } finally {
            if (!made) {
                node.close();
            }
        }
    }

    private static String settings(String name) throws IOException {
        try (ServerSocket outside = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket leg = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return """
                    kind: EdgeNode
                    name: %1$s
                    spec:
                      access: {host: 127.0.0.1, addresses: [127.0.0.1], sipTlsPort: %2$d}
                      insideLeg:
                        host: %1$s.perimeter.acorn.example
                        addresses: [127.0.0.1]
                        port: %3$d
                        dialAddress: 127.0.0.1
                    """.formatted(name, outside.getLocalPort(), leg.getLocalPort());
        }
    }

    /** Joins with the bundle. */
    void join() throws IOException {
        join("host");
        joined = true;
    }

    /** Joins with the same bundle, where it never was. */
    void joinOnAnotherHost() throws IOException {
        join("another-host");
    }

    private void join(String host) throws IOException {
        NodeJoining.join(
                bundle,
                Files.createDirectory(hosts.resolve(host)),
                transport.clock(),
                random,
                new MicrometerCounters(),
                _ -> {});
    }

    /** Runs with the settings that the inside gives it. */
    void start() {
        process = EdgeProcess.start(hosts.resolve("host"), transport.loops(), transport.clock(), random);
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            process.close();
        }
        if (joined) {
            administration.ask(AdminClient.request("node-remove").put("name", name));
        }
        PrivateDirectory.empty(hosts);
        Files.delete(hosts);
    }
}
