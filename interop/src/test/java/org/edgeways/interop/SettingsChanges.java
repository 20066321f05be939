package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.Pem;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;

/**
 * Changes of a {@link SeparateSite}'s settings and certificates, one after the other, each from what they were at first; each is for
 * the node, is refused inside, is refused by the node, or replaces certificates of the Link.
 */
final class SettingsChanges {
    private static final String NODE = "EdgeNode-edge1.yaml";

    private final JsonMapper json = JsonMapper.builder().build();
    private final SeparateSite site;
    private final Phones phones;
    private final LinkCertificates links;
    /** What files were before the last change; empty: not there. */
    private final Map<Path, Optional<String>> before = new LinkedHashMap<>();

    private int refusedInside;
    private int refusedByNode;
    private int routed;

    SettingsChanges(SeparateSite site, Phones phones, LinkCertificates links) {
        this.links = links;
        this.site = site;
        this.phones = phones;
    }

    void next(int i) throws Exception {
        takeBack();
        switch (i % 10) {
            case 0 -> {
                edit(
                        "Organisation-acorn.yaml",
                        spec -> spec.withArray("sipDomains").add("oak%d.example".formatted(i)));
                push();
            }
            case 1 -> {
                edit("AccessSettings-limits.yaml", spec -> limits(spec, 1 + i));
                push();
            }
            case 2 -> {
                if (i % 20 == 2) {
                    certificate(i);
                } else {
                    renewed();
                }
            }
            case 3 -> {
                push(); // the pool looks by itself too: what was taken back may not come in between
                edit("Organisation-acorn.yaml", spec -> spec.set("sipDomans", spec.remove("sipDomains")));
                isRefusedInside();
            }
            case 4 -> {
                edit(NODE, spec -> access(spec).put("host", "sip%d.acorn.example".formatted(i)));
                push();
            }
            case 5 -> {
                push();
                edit(NODE, spec -> access(spec).withArray("addresses").add("192.0.2." + (1 + i)));
                isRefusedByNode();
            }
            case 6 -> {
                edit(NODE, spec -> ((ObjectNode) spec.get("insideLeg")).put("connections", 1 + i / 10 % 6));
                push();
            }
            case 7 -> {
                edit(
                        "Organisation-acorn.yaml",
                        spec -> spec.put("hideTopology", i % 20 == 7)
                                .withArray("insideNames")
                                .add("n%d.example".formatted(i)));
                push();
            }
            case 8 -> {
                if (i % 20 == 8) {
                    write(
                            file("Service.yaml"),
                            "kind: Service\nname: web%d\nspec: {host: 127.0.0.1, port: 80}\n".formatted(i));
                    push();
                } else {
                    routed(i);
                }
            }
            default -> {
                if (i % 20 == 9) {
                    edit(NODE, spec -> spec.put("certificateCheck", (200 + i) + "ms"));
                    push();
                } else {
                    links.renewNode();
                    links.renewPool();
                    edit(NODE, spec -> ((ObjectNode) spec.get("insideLeg")).put("connections", 5 + i / 20));
                    push(); // more connections than there were: they are dialled with the new certificates
                }
            }
        }
    }

    private static ObjectNode access(ObjectNode node) {
        return (ObjectNode) node.get("access");
    }

    private static void limits(ObjectNode spec, int more) {
        ((ObjectNode) spec.get("requests")).put("requestsPerSecond", 1_000_000 - more);
        ((ObjectNode) spec.get("connection")).put("idle", 300 + more + "s");
        ((ObjectNode) spec.get("admission")).put("connections", 1_000 + more);
        ((ObjectNode) spec.get("transactions")).put("serverTransactions", 10_000 + more);
    }

    private Path file(String name) {
        return site.settings().resolve(name);
    }

    private void edit(String name, Consumer<ObjectNode> change) throws IOException {
        ObjectNode document = (ObjectNode) json.readTree(Files.readString(file(name)));
        change.accept((ObjectNode) document.get("spec"));
        write(file(name), document.toPrettyString());
    }

    private void write(Path file, String text) throws IOException {
        before.putIfAbsent(file, Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty());
        replace(file, text);
    }

    /** At once: the pool may look at any time. */
    private void replace(Path file, String text) throws IOException {
        Path beside = Files.writeString(site.settings().resolveSibling("next"), text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void takeBack() throws IOException {
        for (Map.Entry<Path, Optional<String>> each : before.entrySet()) {
            if (each.getValue().isEmpty()) {
                Files.delete(each.getKey());
            } else {
                replace(each.getKey(), each.getValue().get());
            }
        }
        before.clear();
    }

    /** One more domain, whose people are of a connector that is not there; a sign-in sees it. All others go where they went. */
    private void routed(int i) throws Exception {
        String domain = "elm%d.example".formatted(i);
        String connector = "elsewhere" + i;
        edit("Organisation-acorn.yaml", spec -> spec.withArray("sipDomains").add(domain));
        write(file("Routes.yaml"), """
                kind: Connector
                name: %1$s
                spec:
                  server: sip:127.0.0.1:5060;transport=tcp
                  listen: {host: 127.0.0.1, address: 127.0.0.1}
                ---
                kind: Route
                name: all
                spec: {pool: pool}
                ---
                kind: Route
                name: elms
                spec: {domains: [%2$s], connector: %1$s}
                """.formatted(connector, domain));
        push();
        try (SipUserAgent stranger = phones.connect(site.outside("p0"))) {
            SipMessage register = stranger.newRequest("REGISTER", "sip:somebody@" + domain);
            register.setRequestUri("sip:" + domain);
            // the pool, which would know nobody there, refuses with another status
            assertThat(stranger.request(register).status()).isEqualTo(480);
        }
        routed++;
    }

    /** Another certificate in other files, shown to who asks for its name; a handshake sees it. */
    private void certificate(int i) throws Exception {
        String name = "other" + i;
        site.certificates().issue(CertificateRequest.of(name + ".acorn.example"), site.edgeData(), name);
        write(
                file("Certificate-other.yaml"),
                "kind: Certificate\nname: %1$s\nspec: {certificate: %1$s.crt, key: %1$s.key}\n".formatted(name));
        edit(NODE, spec -> access(spec).withArray("certificates").add(name));
        push();
        Certificate issued = Pem.readCertificates(site.edgeData().resolve(name + ".crt"))
                .orThrow()
                .getFirst();
        assertThat(site.networks().home().here(() -> shown(name + ".acorn.example")))
                .isEqualTo(issued);
    }

    /** Another certificate in the files of the one that all are shown; new handshakes see it once the node has looked. */
    private void renewed() throws Exception {
        site.certificates().issue(CertificateRequest.of(Networks.EDGE_NAME), site.edgeData(), "outside");
        Certificate issued = Pem.readCertificates(site.edgeData().resolve("outside.crt"))
                .orThrow()
                .getFirst();
        Polling.until("the new certificate is shown", Account.STEP, () -> isShown(issued));
    }

    private boolean isShown(Certificate issued) {
        try {
            return site.networks().home().here(() -> shown(Networks.EDGE_NAME)).equals(issued);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The certificate that a new handshake is shown that asks for that name. */
    private Certificate shown(String name) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            X509Certificate authority =
                    Pem.readCertificates(site.caFile()).orThrow().getFirst();
            trusted.setCertificateEntry("authority", authority);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            try (SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(Networks.EDGE_OUTSIDE, Networks.SIP_TLS_PORT)) {
                SSLParameters asked = socket.getSSLParameters();
                asked.setServerNames(List.of(new SNIHostName(name)));
                socket.setSSLParameters(asked);
                socket.startHandshake();
                return socket.getSession().getPeerCertificates()[0];
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void push() {
        assertThat(reload()).isEmpty();
        await("the node has the settings", node -> node.path("upToDate").asBoolean());
    }

    private void isRefusedInside() {
        long meant = node().path("meant").asLong();
        assertThat(reload().orElse("taken")).contains("sipDomans");
        assertThat(node().path("meant").asLong()).isEqualTo(meant);
        refusedInside++;
    }

    private void isRefusedByNode() {
        long revision = node().path("report").path("revision").asLong();
        assertThat(reload()).isEmpty();
        await(
                "the node refuses the settings",
                node -> node.path("report")
                        .path("rejected")
                        .path("reason")
                        .asText()
                        .contains("192.0.2."));
        assertThat(node().path("report").path("revision").asLong()).isEqualTo(revision);
        refusedByNode++;
    }

    /** Has the inside look at its directory and take what is there; the reason why not, if it does not. */
    private Optional<String> reload() {
        try {
            site.administrator().ask(AdminClient.request("settings-reload"));
            return Optional.empty();
        } catch (AppFailure refused) {
            return Optional.of(Objects.toString(refused.getMessage()));
        }
    }

    JsonNode node() {
        return site.administrator()
                .ask(AdminClient.request("status"))
                .path("nodes")
                .path(0);
    }

    void await(String what, Predicate<JsonNode> is) {
        Polling.until(what, Account.STEP, () -> is.test(node()));
    }

    int refusedInside() {
        return refusedInside;
    }

    int refusedByNode() {
        return refusedByNode;
    }

    /** How many changed which next hop a domain has. */
    int routed() {
        return routed;
    }
}
