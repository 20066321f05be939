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

/** {@code edgeways edge} alone as a subprocess, in front of a server that it dials, or of a connector. */
public final class EdgeServer implements AutoCloseable {
    /** Its name inside. */
    public static final String INSIDE_HOST = "edge1.perimeter.acorn.example";

    private static final String LOOPBACK = "127.0.0.1";

    /**
     * Where one runs.
     *
     * @param host its name outside, or its address there where no DNS server answers
     * @param outside its address outside
     * @param insideLeg its address inside
     */
    public record Host(
            Place place, String host, String outside, int tlsPort, String insideLeg, int linkPort, Place clients) {

        /** Free ports of this machine's loopback. */
        static Host onLoopback() {
            int ports = LoopbackPorts.consecutive(2);
            return new Host(Place.LOOPBACK, LOOPBACK, LOOPBACK, ports, LOOPBACK, ports + 1, Place.LOOPBACK);
        }

        /** That of an edge of separate networks, with clients at home. */
        static Host of(Networks networks) {
            return new Host(
                    networks.edge(),
                    Networks.EDGE_NAME,
                    Networks.EDGE_OUTSIDE,
                    Networks.SIP_TLS_PORT,
                    Networks.EDGE_INSIDE,
                    9062,
                    networks.home());
        }
    }

    private final String domain;
    private final Host host;
    private final WorkDirectory directory;
    private final RunningProgram program;

    /** Where it runs. */
    public Host host() {
        return host;
    }

    private EdgeServer(String domain, Host host, WorkDirectory directory, RunningProgram program) {
        this.domain = domain;
        this.host = host;
        this.directory = directory;
        this.program = program;
    }

    /**
     * Starts it on free ports of loopback.
     *
     * @param authority of its certificates and of the next hop's
     * @param nextHop a SIP URI, or {@code connector:NAME}
     */
    public static EdgeServer start(String name, String domain, CertificateAuthority authority, String nextHop) {
        return start(name, domain, authority, nextHop, config -> {});
    }

    /**
     * Starts it on free ports of loopback with other settings.
     *
     * @param change of the configuration
     */
    public static EdgeServer start(
            String name, String domain, CertificateAuthority authority, String nextHop, Consumer<ObjectNode> change) {
        return start(Host.onLoopback(), name, domain, authority, nextHop, change);
    }

    /** As {@link #start(String, String, CertificateAuthority, String, Consumer)}, somewhere else. */
    public static EdgeServer start(
            Host host,
            String name,
            String domain,
            CertificateAuthority authority,
            String nextHop,
            Consumer<ObjectNode> change) {
        WorkDirectory directory = WorkDirectory.create();
        try {
            writeCertificates(directory.path(), authority);
            directory.write("edge.json", config(domain, host, nextHop, change));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RunningProgram program = RunningProgram.start(
                host.place(),
                name,
                directory.path(),
                Map.of(),
                Edgeways.command(
                        "edge",
                        "--config",
                        directory.path().resolve("edge.json").toString()));
        try {
            program.transcript().await("the edge is ready", Pattern.compile("The edge is ready"), STEP);
            return new EdgeServer(domain, host, directory, program);
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
                        CertificateRequest.of(Networks.EDGE_NAME, "localhost").withAddresses(LOOPBACK), now));
        Pem.writeIdentity(
                where.resolve("link.crt"),
                where.resolve("link.key"),
                authority.issue(CertificateRequest.node("edge1", INSIDE_HOST), now));
        Pem.writeCertificates(where.resolve("ca.crt"), List.of(authority.certificate()));
    }

    private static String config(String domain, Host host, String nextHop, Consumer<ObjectNode> change)
            throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode config =
                json.createObjectNode().put("node", "edge1").put("data", "data").put("nextHop", nextHop);
        config.putArray("sipDomains").add(domain);
        config.putArray("insideNames").add("perimeter.acorn.example");
        ObjectNode outside =
                config.putObject("outside").put("host", host.host()).put("sipTlsPort", host.tlsPort());
        outside.putArray("addresses").add(host.outside());
        outside.putArray("aliases").add("localhost");
        outside.put("certificate", "outside.crt").put("key", "outside.key");
        ObjectNode link = config.putObject("link").put("host", INSIDE_HOST).put("port", host.linkPort());
        link.putArray("addresses").add(host.insideLeg());
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
        boolean loopback = host.place().equals(Place.LOOPBACK);
        return new Account(
                "sip:" + user + "@" + domain,
                user,
                password,
                loopback ? "localhost" : host.host(),
                host.tlsPort(),
                "",
                caFile(),
                host.clients());
    }

    /** Where it serves clients outside. */
    public int port() {
        return host.tlsPort();
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
