package org.edgeways.app.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.net.PrivateFile;

/**
 * What the demo's administrator would have made: a directory of settings, and the certificates that clients are shown. Pool
 * and edge node can be started alone with them, as anywhere.
 */
final class DemoOrganisation {

    /** The edge node's name in the settings. */
    static final String NODE = "edge1";

    private static final String EDGE_LINK_HOST = "edge1.perimeter.acorn.example";
    private static final String POOL_HOST = "pool.acorn.example";

    /**
     * What stands in Record-Route: softphones look the host up themselves, some by DNS alone, so that on loopback only an
     * address will do.
     */
    private static final String LOOPBACK = "127.0.0.1";

    private static final List<String> LISTEN_ADDRESSES = List.of(LOOPBACK, "::1");

    private static final String LIMITS = """
            # What the edge lets in. The demo makes this file once and never changes it: try other values.
            # docs/settings.md explains every key; edgeways status shows when the edge has got them.
            kind: AccessSettings
            name: limits
            spec:
              requests:
                failedCredentials: 50   # of one source network in ten minutes; then it is banned for a while
                peoplePerConnection: 16
            """;

    private final DemoDirectory directory;
    private final DemoSettings settings;

    DemoOrganisation(DemoDirectory directory, DemoSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** New certificates for whatever clients connect to. */
    void issueCertificates(CertificateAuthority authority, Instant now) throws IOException {
        issue(
                authority,
                CertificateRequest.of("edge.acorn.example", "localhost").withAddresses(LOOPBACK, "::1"),
                directory.edge(),
                "outside",
                now);
        issue(
                authority,
                CertificateRequest.of(POOL_HOST, "localhost").withAddresses(LOOPBACK, "::1"),
                directory.pool(),
                "inside",
                now);
    }

    private static void issue(
            CertificateAuthority authority, CertificateRequest request, Path where, String name, Instant now)
            throws IOException {
        Pem.writeIdentity(where.resolve(name + ".crt"), where.resolve(name + ".key"), authority.issue(request, now));
    }

    /**
     * Writes the settings. What somebody has changed in them stays, unless this run's ports or options are others than those
     * of the run that wrote them.
     */
    void writeSettings() throws IOException {
        Path set = directory.settings();
        Files.deleteIfExists(set.resolve(DemoSettings.CHECK_FILE)); // of a check that was killed
        Path limits = set.resolve("limits.yaml");
        if (!Files.exists(limits)) {
            write(limits, LIMITS);
        }
        Path file = set.resolve("demo.yaml");
        String made = documents();
        Path before = directory.root().resolve("demo.yaml.made");
        if (!Files.exists(file)
                || !Files.exists(before)
                || !Files.readString(before).equals(made)) {
            write(file, made);
            write(before, made);
        }
    }

    private String documents() {
        String addresses = LISTEN_ADDRESSES.stream()
                .filter(DemoPorts::isLocal)
                .map(DemoOrganisation::quoted)
                .collect(Collectors.joining(", ", "[", "]"));
        return """
                # The demo makes this file, and makes it anew when it is started with other ports or options.
                kind: Organisation
                name: acorn
                spec:
                  sipDomains: [%1$s]
                  insideNames: [perimeter.acorn.example, %2$s]
                ---
                kind: EdgeNode
                name: %3$s
                spec:
                  roles: [access, av]
                  av:
                    addresses: [%4$s]
                    udpPort: %6$d   # over TCP and TLS it is the same number
                    allow: [127.0.0.0/8]
                  access:
                    host: %4$s
                    aliases: [localhost, "::1", edge.acorn.example]   # pages of these may connect; others: origins
                    addresses: %5$s
                    sipTlsPort: %6$d   # for SIP over WebSocket too
                    certificates: [outside]
                    settings: limits
                  insideLeg:
                    host: %7$s
                    addresses: [%4$s]
                    port: %8$d
                    dialAddress: %4$s
                ---
                kind: Certificate
                name: outside
                spec: {certificate: outside.crt, key: outside.key}
                ---
                kind: Pool
                name: pool
                spec:
                  inside:
                    host: %4$s
                    aliases: [localhost, "::1", %2$s]
                    addresses: %5$s
                    sipTlsPort: %9$d
                    certificate: inside
                  digestAlgorithms: [%10$s]
                  presenceDefault: %11$s
                ---
                kind: Certificate
                name: inside
                spec: {certificate: inside.crt, key: inside.key}
                """.formatted(
                        DemoPerson.ORGANISATION,
                        POOL_HOST,
                        NODE,
                        LOOPBACK,
                        addresses,
                        settings.ports().outside(),
                        EDGE_LINK_HOST,
                        settings.ports().link(),
                        settings.ports().insideSipTls(),
                        String.join(", ", settings.digestAlgorithms()),
                        settings.presenceDefault());
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static void write(Path file, String text) throws IOException {
        PrivateFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
