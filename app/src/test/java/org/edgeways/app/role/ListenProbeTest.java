package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.app.config.CertificateFiles;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.config.SettingsConfigs;
import org.edgeways.settings.SettingsFile;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.SettingsReader;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.junit.jupiter.api.Test;

class ListenProbeTest {

    private static final Path NOWHERE = Path.of("nowhere");

    /** A node with a relay there. */
    private static EdgeConfig config(String address, int udpPort) {
        String text = JoinedPair.withRelay(
                JoinedPair.SETTINGS.formatted(5061, JoinedPair.freePort(), JoinedPair.freePort()),
                "addresses: [" + address + "], host: sip.acorn.example, udpPort: " + udpPort);
        if (!(SettingsReader.read(List.of(new SettingsFile("acorn.yaml", text)))
                instanceof SettingsOutcome.Good(var settings))) {
            throw new AssertionError(text);
        }
        EdgeSnapshot snapshot =
                EdgeSnapshot.of(settings, "edge1", 7, new EdgeSnapshot.Trust(List.of("nobody"), List.of()));
        return SettingsConfigs.edge(
                snapshot, NOWHERE, new SettingsConfigs.Identity(new CertificateFiles(NOWHERE, NOWHERE), NOWHERE));
    }

    @Test
    void aPortOfTheRelayThatAnotherProgramHasIsAProblem() throws Exception {
        EdgeConfig config;
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
            config = config("127.0.0.2", other.getLocalPort());
            assertThat(ListenProbe.problem(config, ListenProbe.Listening.NOWHERE))
                    .hasValueSatisfying(
                            problem -> assertThat(problem).contains("127.0.0.2 port " + other.getLocalPort()));
            assertThat(ListenProbe.problem(config, ListenProbe.of(config)))
                    .as("it is this process that listens there")
                    .isEmpty();
        }
        assertThat(ListenProbe.problem(config, ListenProbe.Listening.NOWHERE)).isEmpty();
    }

    @Test
    void anAddressOfTheRelayThatThisHostLacksIsAProblem() {
        assertThat(ListenProbe.problem(config("192.0.2.1", 3478), ListenProbe.Listening.NOWHERE))
                .hasValueSatisfying(problem -> assertThat(problem).contains("192.0.2.1 port 3478"));
    }
}
