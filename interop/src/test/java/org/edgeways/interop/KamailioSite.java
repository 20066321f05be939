package org.edgeways.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.TlsIdentity;
import org.jspecify.annotations.Nullable;

/** Kamailio inside, our edge before it, with or without a connector between, and the accounts of alice and bob at both. */
record KamailioSite(
        WorkDirectory directory,
        TlsIdentity service,
        Kamailio kamailio,
        EdgeServer edge,
        @Nullable ConnectorServer connector)
        implements AutoCloseable {
    private static final String DOMAIN = "acorn.example";
    private static final Map<String, String> PASSWORDS = Map.of("alice", "secret-of-alice", "bob", "secret-of-bob");

    /** The edge dials Kamailio over TLS. */
    static KamailioSite dialled(String name) throws IOException {
        return start(name, "tls", false);
    }

    /** A connector dials the edge, and talks with Kamailio over that transport. */
    static KamailioSite connected(String name, String transport) throws IOException {
        return start(name, transport, true);
    }

    /** As {@link #connected(String, String)}, with Kamailio and the connector inside, and the edge in the perimeter. */
    static KamailioSite connected(Networks networks, String name, String transport) throws IOException {
        return start(networks.pool(), EdgeServer.Host.of(networks), name, transport, true);
    }

    private static KamailioSite start(String name, String transport, boolean connected) throws IOException {
        return start(Place.LOOPBACK, EdgeServer.Host.onLoopback(), name, transport, connected);
    }

    private static KamailioSite start(
            Place inside, EdgeServer.Host host, String name, String transport, boolean connected) throws IOException {
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
            edge = EdgeServer.start(host, name + "-edge", DOMAIN, authority, nextHop, config -> {});
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
