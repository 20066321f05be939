package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.control.CertificateNames;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsIdentity;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFiles;
import org.edgeways.settings.SettingsOutcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connector with a directory of settings, at its start. */
class SettledConnectorTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SETTINGS = """
            kind: Organisation
            name: acorn
            spec: {sipDomains: [acorn.example]}
            ---
            kind: Connector
            name: web
            """;

    @TempDir
    Path directory;

    private final CertificateAuthority authority = CertificateAuthority.create("acorn", Instant.now(), RANDOM);
    private final EventLoops loops = new EventLoops(1);
    private Path settings;
    private Path data;

    @BeforeEach
    void makeDirectories() throws IOException {
        settings = Files.createDirectory(directory.resolve("settings"));
        data = Files.createDirectory(directory.resolve("data"));
        Files.writeString(settings.resolve("acorn.yaml"), SETTINGS);
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    private SettledConnector start() {
        return SettledConnector.start(settings, data, loops, new ProcessClock(), RANDOM);
    }

    private void identity(CertificateRequest request) throws IOException {
        Pem.writeTogether(
                data.resolve(SettledConnector.IDENTITY_FILE), authority.issue(request, Instant.now()), List.of());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void itsNameIsThatInItsCertificateAndItStartsAgainAfterItsEnd() throws IOException {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        for (int i = 0; i < 2; i++) {
            try (SettledConnector connector = start()) {
                assertThat(connector.name()).isEqualTo("web");
            }
        }
    }

    @Test
    void withoutItsIdentityItSaysHowThatIsMade() {
        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep()).contains("edgeways connector enroll"));
    }

    @Test
    void aNodesCertificateIsNoConnectors() throws IOException {
        identity(CertificateRequest.node("web", "web.node.edgeways.internal"));
        assertThatThrownBy(this::start)
                .isInstanceOf(AppFailure.class)
                .hasMessageContaining("is the certificate of no connector");
    }

    @Test
    void aConnectorThatTheSettingsDoNotNameDoesNotStart() throws IOException {
        identity(CertificateRequest.service("other", "other.service.edgeways.internal"));
        assertThatThrownBy(this::start).isInstanceOf(AppFailure.class).hasMessageContaining("have no Connector other");
    }

    @Test
    void aConnectorThatWasKilledWhileItsSettingsAreBrokenComesBackWithThoseThatWereGoodLast() throws IOException {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        start().close();
        Files.writeString(settings.resolve("broken.yaml"), "kind: Nothing\nname: any\n");
        try (SettledConnector connector = start()) {
            assertThat(connector.name()).isEqualTo("web");
        }

        identity(CertificateRequest.service("other", "other.service.edgeways.internal"));
        assertThatThrownBy(this::start).isInstanceOf(AppFailure.class).hasMessageContaining("have no Connector other");
    }

    @Test
    void settingsThatItCannotStartFromAreNotWhatItComesBackWith() throws IOException {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        start().close();
        Path file = settings.resolve("acorn.yaml");
        Files.writeString(file, SETTINGS.replace("name: web", "name: other"));
        assertThatThrownBy(this::start).isInstanceOf(AppFailure.class);

        Files.writeString(file, "kind: Nothing\nname: any\n");
        try (SettledConnector connector = start()) {
            assertThat(connector.name()).isEqualTo("web");
        }
    }

    @Test
    void aConnectorThatNeverHadSettingsItCouldUseDoesNotStart() throws IOException {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        Files.writeString(settings.resolve("broken.yaml"), "kind: Nothing\nname: any\n");
        assertThatThrownBy(this::start).isInstanceOf(AppFailure.class).hasMessageContaining("broken.yaml");
    }

    @Test
    void anotherFileInTheCertificateThatItNamesNeedsARestartAndAnotherDocumentDoesNot() throws IOException {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        Pem.writeIdentity(
                data.resolve("server.crt"),
                data.resolve("server.key"),
                authority.issue(CertificateRequest.of("web.acorn.example"), Instant.now()));
        Files.writeString(data.resolve("authority.crt"), Pem.text(List.of(authority.certificate())));
        String said = SETTINGS + """
                spec:
                  server: "sip:127.0.0.1:%d;transport=tls"
                  listen: {host: 127.0.0.1, address: 127.0.0.1, port: %d}
                  certificate: server
                  authority: authority.crt
                ---
                kind: Certificate
                name: server
                spec: {certificate: server.crt, key: server.key}
                """.formatted(freePort(), freePort());
        Files.writeString(settings.resolve("acorn.yaml"), said);
        try (SettledConnector connector = start()) {
            assertThat(connector.needsRestart(settings(said))).isFalse();
            assertThat(connector.needsRestart(settings(said + "---\nkind: Site\nname: west\n")))
                    .isFalse();
            assertThat(connector.needsRestart(settings(said.replace("server.key}", "other.key}"))))
                    .isTrue();
            assertThat(connector.needsRestart(settings(said.replace("authority: a", "authority: b"))))
                    .isTrue();
        }
    }

    private Settings settings(String text) throws IOException {
        Files.writeString(settings.resolve("acorn.yaml"), text);
        return SettingsFiles.settings(settings) instanceof SettingsOutcome.Good(Settings read)
                ? read
                : fail("not good: " + text);
    }

    @Test
    void aNodeThatWasRefusedBeforeItWasStartedIsNotTrusted() throws Exception {
        identity(CertificateRequest.service("web", "web.service.edgeways.internal"));
        TlsIdentity node =
                authority.issue(CertificateRequest.node("edge1", CertificateNames.ofNode("edge1")), Instant.now());
        try (SSLServerSocket leg = leg(node)) {
            Files.writeString(settings.resolve("edge1.yaml"), """
                    kind: EdgeNode
                    name: edge1
                    spec:
                      access: {host: sip.acorn.example}
                      insideLeg: {host: edge1.acorn.example, addresses: [127.0.0.1], port: %d, dialAddress: 127.0.0.1}
                    ---
                    kind: Route
                    name: all
                    spec: {address: "sip:sip.inside.acorn.example:5061;transport=tls"}
                    """.formatted(leg.getLocalPort()));
            try (SettledConnector connector = start();
                    SSLSocket dialled = (SSLSocket) leg.accept()) {
                dialled.startHandshake();
                assertThat(connector.name()).isEqualTo("web");
            }
            Files.writeString(
                    data.resolve(SettledConnector.REFUSED_FILE),
                    "{\"heardMillis\":1,\"serials\":[\""
                            + node.leaf().getSerialNumber().toString(16) + "\"]}");
            try (SettledConnector connector = start()) {
                dialled(leg, connector);
            }
        }
    }

    private static void dialled(SSLServerSocket leg, SettledConnector connector) throws IOException {
        // what the connector before has left in the queue is not this one's, and ends otherwise
        List<String> ends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            try (SSLSocket dialled = (SSLSocket) leg.accept()) {
                dialled.startHandshake();
                assertThat(dialled.getInputStream().read())
                        .as("%s", connector.name())
                        .isNegative();
            } catch (SSLException told) {
                if (String.valueOf(told.getMessage()).contains("fatal alert")) {
                    return;
                }
                ends.add(told.getMessage());
            } catch (IOException gone) {
                ends.add(gone.getMessage());
            }
        }
        fail("nobody said that the certificate is not trusted: " + ends);
    }

    /** Where a node listens for its inside, without more than TLS. */
    private SSLServerSocket leg(TlsIdentity node) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("node", node.key(), new char[0], node.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        SSLServerSocket leg = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        leg.setSoTimeout(20_000);
        return leg;
    }
}
