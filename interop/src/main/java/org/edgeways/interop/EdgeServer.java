package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;

/** {@code edgeways edge} alone as a subprocess on free loopback ports, in front of a server that it dials, or of a connector. */
public final class EdgeServer implements AutoCloseable {
    /** Its name inside. */
    public static final String INSIDE_HOST = "edge1.perimeter.acorn.example";

    private static final String OUTSIDE_HOST = "127.0.0.1";

    private final String domain;
    private final int tlsPort;
    private final WorkDirectory directory;
    private final RunningProgram program;

    /** The port of its inside leg on 127.0.0.1. */
    public int linkPort() {
        return tlsPort + 1;
    }

    private EdgeServer(String domain, int tlsPort, WorkDirectory directory, RunningProgram program) {
        this.domain = domain;
        this.tlsPort = tlsPort;
        this.directory = directory;
        this.program = program;
    }

    /**
     * Starts it.
     *
     * @param authority of its certificates and of the next hop's
     * @param nextHop a SIP URI, or {@code connector:NAME}
     */
    public static EdgeServer start(String name, String domain, CertificateAuthority authority, String nextHop) {
        return start(name, domain, authority, nextHop, config -> {});
    }

    /**
     * Starts it with other settings.
     *
     * @param change of the configuration
     */
    public static EdgeServer start(
            String name, String domain, CertificateAuthority authority, String nextHop, Consumer<ObjectNode> change) {
        WorkDirectory directory = WorkDirectory.create();
        int ports = LoopbackPorts.consecutive(2);
        try {
            writeCertificates(directory.path(), authority);
            directory.write("edge.json", config(domain, ports, ports + 1, nextHop, change));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RunningProgram program = RunningProgram.start(
                name,
                directory.path(),
                Map.of(),
                Edgeways.command(
                        "edge",
                        "--config",
                        directory.path().resolve("edge.json").toString()));
        try {
            program.transcript().await("the edge is ready", Pattern.compile("The edge is ready"), STEP);
            return new EdgeServer(domain, ports, directory, program);
        } catch (RuntimeException | Error e) {
            program.close();
            directory.close();
            throw e;
        }
    }

    private static void writeCertificates(Path where, CertificateAuthority authority) throws IOException {
        Instant now = Instant.now();
        Pem.writeIdentity(
                where.resolve("outside.crt"),
                where.resolve("outside.key"),
                authority.issue(
                        CertificateRequest.of("edge.acorn.example", "localhost").withAddresses(OUTSIDE_HOST), now));
        Pem.writeIdentity(
                where.resolve("link.crt"),
                where.resolve("link.key"),
                authority.issue(CertificateRequest.node("edge1", INSIDE_HOST), now));
        Pem.writeCertificates(where.resolve("ca.crt"), List.of(authority.certificate()));
    }

    private static String config(String domain, int tlsPort, int linkPort, String nextHop, Consumer<ObjectNode> change)
            throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode config =
                json.createObjectNode().put("node", "edge1").put("data", "data").put("nextHop", nextHop);
        config.putArray("sipDomains").add(domain);
        config.putArray("insideNames").add("perimeter.acorn.example");
        ObjectNode outside =
                config.putObject("outside").put("host", OUTSIDE_HOST).put("sipTlsPort", tlsPort);
        outside.putArray("addresses").add(OUTSIDE_HOST);
        outside.putArray("aliases").add("localhost");
        outside.put("certificate", "outside.crt").put("key", "outside.key");
        ObjectNode link = config.putObject("link").put("host", INSIDE_HOST).put("port", linkPort);
        link.putArray("addresses").add(OUTSIDE_HOST);
        link.put("certificate", "link.crt").put("key", "link.key").put("authority", "ca.crt");
        change.accept(config);
        return json.writeValueAsString(config);
    }

    /** An authority for a test's own certificates. */
    public static CertificateAuthority newAuthority() {
        return CertificateAuthority.create("interop", Instant.now(), new SecureRandom());
    }

    /** The authority that clients trust, PEM. */
    public Path caFile() {
        return directory.path().resolve("ca.crt");
    }

    /** Somebody's account outside. */
    public Account account(String user, String password) {
        return new Account("sip:" + user + "@" + domain, user, password, "localhost", tlsPort, "", caFile());
    }

    /** Where it serves clients outside. */
    public int port() {
        return tlsPort;
    }

    /** The process id. */
    public long pid() {
        return program.processId();
    }

    /**
     * The sum of a counter of its.
     *
     * @param name as in Prometheus's format
     * @param label part of the labels; empty for all
     */
    public double counter(String name, String label) {
        return RunningCounters.sum(directory.path().resolve("data"), name, label);
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
