package org.edgeways.app.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;

/**
 * Certificates and configuration files of the demo's pool and edge, made as an administrator would make them: either can
 * also be started alone from its file.
 */
final class DemoConfigs {

    private static final String EDGE_LINK_HOST = "edge1.perimeter.acorn.example";
    private static final String POOL_HOST = "pool.acorn.example";

    /**
     * What stands in Record-Route: softphones look the host up themselves, some by DNS alone, so that on loopback only an
     * address will do.
     */
    private static final String LOOPBACK = "127.0.0.1";

    private static final List<String> LISTEN_ADDRESSES = List.of(LOOPBACK, "::1");

    private final DemoDirectory directory;
    private final DemoSettings settings;
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    DemoConfigs(DemoDirectory directory, DemoSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** New certificates for everything that listens or dials. */
    void issueCertificates(CertificateAuthority authority, Instant now) throws IOException {
        issue(
                authority,
                CertificateRequest.of("edge.acorn.example", "localhost").withAddresses(LOOPBACK, "::1"),
                directory.edge(),
                "outside",
                now);
        issue(authority, CertificateRequest.node("edge1", EDGE_LINK_HOST), directory.edge(), "link", now);
        issue(
                authority,
                CertificateRequest.of(POOL_HOST, "localhost").withAddresses(LOOPBACK, "::1"),
                directory.pool(),
                "inside",
                now);
        issue(authority, CertificateRequest.service("pool", POOL_HOST), directory.pool(), "link", now);
    }

    private static void issue(
            CertificateAuthority authority, CertificateRequest request, Path where, String name, Instant now)
            throws IOException {
        Pem.writeIdentity(where.resolve(name + ".crt"), where.resolve(name + ".key"), authority.issue(request, now));
    }

    EdgeConfig edge() throws IOException {
        ObjectNode config = json.createObjectNode().put("node", "edge1").put("data", ".");
        config.putArray("sipDomains").add(DemoPerson.ORGANISATION);
        config.putArray("insideNames").add("perimeter.acorn.example").add(POOL_HOST);
        ObjectNode outside = config.putObject("outside").put("host", LOOPBACK);
        addresses(outside);
        outside.putArray("aliases").add("localhost").add("::1").add("edge.acorn.example");
        outside.put("sipTlsPort", settings.ports().outside());
        outside.put("certificate", "outside.crt").put("key", "outside.key");
        ObjectNode link = config.putObject("link").put("host", EDGE_LINK_HOST);
        link.putArray("addresses").add(LOOPBACK);
        link.put("port", settings.ports().link());
        link.put("certificate", "link.crt").put("key", "link.key");
        link.put("authority", directory.caFile().toString());
        return EdgeConfig.read(write(directory.edge().resolve("edge.json"), config));
    }

    PoolConfig pool() throws IOException {
        ObjectNode config = json.createObjectNode().put("data", ".");
        config.putArray("sipDomains").add(DemoPerson.ORGANISATION);
        settings.digestAlgorithms().forEach(config.putArray("digestAlgorithms")::add);
        config.put("presenceDefault", settings.presenceDefault());
        ObjectNode inside = config.putObject("inside").put("host", LOOPBACK);
        addresses(inside);
        inside.putArray("aliases").add("localhost").add("::1").add(POOL_HOST);
        inside.put("sipTlsPort", settings.ports().insideSipTls());
        inside.put("certificate", "inside.crt").put("key", "inside.key");
        ObjectNode link =
                config.putObject("link").put("certificate", "link.crt").put("key", "link.key");
        link.put("authority", directory.caFile().toString());
        link.putArray("edges")
                .addObject()
                .put("host", EDGE_LINK_HOST)
                .put("address", LOOPBACK)
                .put("port", settings.ports().link())
                .put("connections", 4);
        return PoolConfig.read(write(directory.pool().resolve("pool.json"), config));
    }

    private void addresses(ObjectNode listener) {
        var addresses = listener.putArray("addresses");
        LISTEN_ADDRESSES.stream().filter(DemoPorts::isLocal).forEach(addresses::add);
    }

    private Path write(Path file, ObjectNode config) throws IOException {
        PrivateFiles.write(file, (json.writeValueAsString(config) + "\n").getBytes(StandardCharsets.UTF_8));
        return file;
    }
}
