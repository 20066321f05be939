package org.edgeways.bench.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Pem;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;

/** A directory with one certificate authority for all that is measured: every server shows the same certificate. */
public final class Workbench {

    /** Everybody's SIP domain. */
    public static final String DOMAIN = "bench.example";

    static final String EDGE_LINK_HOST = "edge1.perimeter.bench.example";
    static final String INSIDE_HOST = "pool.inside.bench.example";

    private final Path directory;
    private final CertificateAuthority authority;
    private final TlsContexts tls = new TlsContexts(TlsProvider.best());
    private final TlsIdentity inside;

    /** Issues certificates into a directory, which is made if need be. */
    public Workbench(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory.toAbsolutePath());
        SecureRandom random = new SecureRandom();
        Instant now = Instant.now();
        authority = CertificateAuthority.create("Edgeways bench CA", now, random);
        Pem.writeCertificates(this.directory.resolve("ca.crt"), List.of(authority.certificate()));
        write(
                "server",
                authority.issue(
                        CertificateRequest.node("edge1", "localhost", EDGE_LINK_HOST)
                                .withAddresses("127.0.0.1"),
                        now));
        inside = authority.issue(CertificateRequest.service("pool", INSIDE_HOST).withAddresses("127.0.0.1"), now);
        write("inside", inside);
    }

    private void write(String name, TlsIdentity identity) throws IOException {
        Pem.writeIdentity(directory.resolve(name + ".crt"), directory.resolve(name + ".key"), identity);
    }

    /** Where everything is. */
    public Path directory() {
        return directory;
    }

    /** TLS of callers. */
    public ClientTls callers() throws IOException {
        return tls.client(List.of(authority.certificate()));
    }

    /** TLS of answerers that dial. */
    public ClientTls dialling() throws IOException {
        return tls.mutualClient(inside, authority.certificate());
    }

    /** TLS of answerers that are dialled. */
    public ServerTls dialled() throws IOException {
        return tls.mutualServer(inside, authority.certificate());
    }

    /** Writes a configuration from this package's resources, its {@code ${NAME}} filled in. */
    static Path configure(String resource, Path target, Map<String, String> values) throws IOException {
        try (InputStream in = Workbench.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> value : values.entrySet()) {
                text = text.replace("${" + value.getKey() + "}", value.getValue());
            }
            Path parent = target.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.deleteIfExists(target);
            return Files.writeString(target, text);
        }
    }
}
