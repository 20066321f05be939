package org.edgeways.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.jspecify.annotations.Nullable;

/** Kamailio inside, our edge before it, with or without a connector between, and the accounts of alice, bob and others at both. */
record KamailioSite(
        WorkDirectory directory,
        TlsIdentity service,
        Kamailio kamailio,
        EdgeServer edge,
        @Nullable ConnectorServer connector)
        implements AutoCloseable {
    private static final String DOMAIN = "acorn.example";
    /** How many have accounts besides alice and bob: p0, p1 and so on. */
    static final int OTHERS = 200;

    private static final Map<String, String> PASSWORDS = passwords();

    private static Map<String, String> passwords() {
        return Stream.concat(
                        Stream.of("alice", "bob"), IntStream.range(0, OTHERS).mapToObj(number -> "p" + number))
                .collect(Collectors.toMap(Function.identity(), person -> "secret-of-" + person));
    }

    /** Limits for people who all come from one address. */
    private static void roomy(ObjectNode config) {
        config.putObject("limits").put("requestsPerSecond", 1_000_000).put("requestBurst", 1_000_000);
        ((ObjectNode) config.get("outside"))
                .putObject("limits")
                .put("connectionsPerSource", 1_000)
                .put("connectionsPerSecondPerSource", 1_000)
                .put("handshakesPerSource", 200);
    }

    /** The edge dials Kamailio over TLS. */
    static KamailioSite dialled(String name) throws IOException {
        return start(name, "tls", false);
    }

    /** A connector dials the edge, and talks with Kamailio over that transport. */
    static KamailioSite connected(String name, String transport) throws IOException {
        return start(name, transport, true);
    }

    /**
     * As {@link #connected(String, String)}, with Kamailio and the connector inside, and the edge in the perimeter; its limits
     * are for many people at one address.
     */
    static KamailioSite connected(Networks networks, String name, String transport) throws IOException {
        return start(networks.pool(), EdgeServer.Host.of(networks), name, transport, true, KamailioSite::roomy);
    }

    private static KamailioSite start(String name, String transport, boolean connected) throws IOException {
        return start(Place.LOOPBACK, EdgeServer.Host.onLoopback(), name, transport, connected, config -> {});
    }

    private static KamailioSite start(
            Place inside,
            EdgeServer.Host host,
            String name,
            String transport,
            boolean connected,
            Consumer<ObjectNode> change)
            throws IOException {
        CertificateAuthority authority = EdgeServer.newAuthority();
        WorkDirectory directory = WorkDirectory.create();
        Path trusted = directory.path().resolve("ca.crt");
        Pem.writeCertificates(trusted, List.of(authority.certificate()));
        TlsIdentity service = authority.issue(
                CertificateRequest.service("kamailio", "kamailio.acorn.example").withAddresses("127.0.0.1"),
                Instant.now());
        Kamailio kamailio = Kamailio.start(inside, name + "-kamailio", DOMAIN, PASSWORDS, service, trusted, transport);
        @Nullable EdgeServer edge = null;
        try {
            kamailio.addHost(EdgeServer.INSIDE_HOST);
            String nextHop =
                    connected ? "connector:connector" : "sip:127.0.0.1:" + kamailio.port() + ";transport=" + transport;
            edge = EdgeServer.start(host, name + "-edge", DOMAIN, authority, nextHop, change);
            ConnectorServer connector = connected
                    ? ConnectorServer.start(inside, name + "-connector", authority, host, kamailio.port(), transport)
                    : null;
            return new KamailioSite(directory, service, kamailio, edge, connector);
        } catch (RuntimeException | Error e) {
            if (edge != null) {
                edge.close();
            }
            kamailio.close();
            directory.close();
            throw e;
        }
    }

    /** The person's account outside. */
    Account outside(String person) {
        return edge.account(person, PASSWORDS.get(person));
    }

    /** The person's account at Kamailio itself. */
    Account inside(String person) {
        Account outside = outside(person);
        return new Account(
                outside.uri(), person, outside.password(), "127.0.0.1", kamailio.port(), "", outside.caFile());
    }

    @Override
    public void close() {
        if (connector != null) {
            connector.close();
        }
        edge.close();
        kamailio.close();
        directory.close();
    }
}
