package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;

/** {@code edgeways connector} as a subprocess, between one edge node and a SIP server on its own host's loopback. */
public final class ConnectorServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final WorkDirectory directory;
    private final Place place;
    private final String name;
    private RunningProgram program;
    private int starts;

    private ConnectorServer(Place place, WorkDirectory directory, String name) {
        this.place = place;
        this.directory = directory;
        this.name = name;
        this.program = launch();
    }

    private RunningProgram launch() {
        return RunningProgram.start(
                place,
                starts++ == 0 ? name : name + "-" + starts,
                directory.path(),
                Map.of(),
                Edgeways.command(
                        "connector",
                        "--config",
                        directory.path().resolve("connector.json").toString()));
    }

    private void awaitLinked() {
        program.transcript().await("the connector is ready", Pattern.compile("The connector is ready"), STEP);
        Polling.until("the connector is linked", STEP, () -> counter("sip_links_open", "") > 0);
    }

    /**
     * Starts it.
     *
     * @param authority of its certificates, the edge's and the server's
     * @param edge whose inside leg it dials
     * @param serverPort of the server on 127.0.0.1
     * @param transport how they talk: tls, tcp or udp
     */
    public static ConnectorServer start(
            Place place,
            String name,
            CertificateAuthority authority,
            EdgeServer.Host edge,
            int serverPort,
            String transport) {
        WorkDirectory directory = WorkDirectory.create();
        try {
            Pem.writeIdentity(
                    directory.path().resolve("connector.crt"),
                    directory.path().resolve("connector.key"),
                    authority.issue(
                            CertificateRequest.service("connector", "connector.acorn.example")
                                    .withAddresses(HOST),
                            Instant.now()));
            Pem.writeCertificates(directory.path().resolve("ca.crt"), List.of(authority.certificate()));
            directory.write("connector.json", config(edge, serverPort, transport));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ConnectorServer server = new ConnectorServer(place, directory, name);
        try {
            server.awaitLinked();
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        program.kill();
        program.close();
    }

    /** Starts it again after {@link #kill}, and waits until it is linked. */
    public void restart() {
        program = launch();
        awaitLinked();
    }

    private static String config(EdgeServer.Host edge, int serverPort, String transport) throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode config = json.createObjectNode().put("data", "data");
        config.putObject("listen").put("host", HOST).put("address", HOST).put("port", LoopbackPorts.consecutive(1));
        ObjectNode server = config.putObject("server")
                .put("host", HOST)
                .put("port", serverPort)
                .put("transport", transport);
        if (transport.equals("tls")) {
            server.put("certificate", "connector.crt")
                    .put("key", "connector.key")
                    .put("authority", "ca.crt");
        }
        ObjectNode link = config.putObject("link")
                .put("certificate", "connector.crt")
                .put("key", "connector.key")
                .put("authority", "ca.crt");
        link.putArray("edges")
                .addObject()
                .put("host", EdgeServer.INSIDE_HOST)
                .put("address", edge.insideLeg())
                .put("port", edge.linkPort())
                .put("connections", 2);
        return json.writeValueAsString(config);
    }

    /** The sum of a counter of its, as {@link EdgeServer#counter}. */
    public double counter(String name, String label) {
        return RunningCounters.sum(directory.path().resolve("data"), name, label);
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
