package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
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
                data.resolve(SettledConnector.IDENTITY_FILE),
                CertificateAuthority.create("acorn", Instant.now(), RANDOM).issue(request, Instant.now()),
                List.of());
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
}
