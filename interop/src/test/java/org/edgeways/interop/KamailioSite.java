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

/** Kamailio inside, our edge before it, and the accounts of alice and bob at both. */
record KamailioSite(WorkDirectory directory, TlsIdentity service, Kamailio kamailio, EdgeServer edge)
        implements AutoCloseable {
    private static final String DOMAIN = "acorn.example";
    private static final Map<String, String> PASSWORDS = Map.of("alice", "secret-of-alice", "bob", "secret-of-bob");

    /** Starts both. */
    static KamailioSite start(String name) throws IOException {
        CertificateAuthority authority = EdgeServer.newAuthority();
        WorkDirectory directory = WorkDirectory.create();
        Path trusted = directory.path().resolve("ca.crt");
        Pem.writeCertificates(trusted, List.of(authority.certificate()));
        TlsIdentity service = authority.issue(
                CertificateRequest.service("kamailio", "kamailio.acorn.example").withAddresses("127.0.0.1"),
                Instant.now());
        Kamailio kamailio = Kamailio.start(name + "-kamailio", DOMAIN, PASSWORDS, service, trusted);
        try {
            kamailio.addHost(EdgeServer.INSIDE_HOST);
            EdgeServer edge = EdgeServer.start(
                    name + "-edge", DOMAIN, authority, "sip:127.0.0.1:" + kamailio.port() + ";transport=tls");
            return new KamailioSite(directory, service, kamailio, edge);
        } catch (RuntimeException | Error e) {
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
        edge.close();
        kamailio.close();
        directory.close();
    }
}
