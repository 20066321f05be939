package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The networks themselves. */
@Tag("interop")
class NetworksTest {
    /** Greater than any process id, so nobody's. */
    private static final String DEAD = "edgeways99999999-home";

    private static final int LISTENER = 7000;
    private static final int CALLER = 40_000;

    @Test
    void nothingIsLeftBehindNorOfARunThatHasDied() throws Exception {
        Files.createDirectories(Path.of("/etc/netns", DEAD));
        say("networks-leftover", Place.LOOPBACK, List.of("ip", "netns", "add", DEAD));
        assertThat(namespaces()).contains(DEAD);
        try (Networks networks = Networks.create()) {
            assertThat(namespaces()).doesNotContain(DEAD).contains(((Place.Namespace) networks.home()).namespace());
            assertThat(Path.of("/etc/netns", DEAD)).doesNotExist();
        }
        assertThat(namespaces())
                .doesNotContain("edgeways" + ProcessHandle.current().pid());
    }

    @Test
    void theNatGivesEachDestinationAnotherPort() {
        try (Networks networks = Networks.create();
                RunningProgram listener = RunningProgram.start(
                        networks.attacker(),
                        "networks-listener",
                        Path.of("."),
                        Map.of(),
                        List.of(
                                Program.SOCAT.path().toString(),
                                "-d",
                                "-d",
                                "TCP-LISTEN:" + LISTENER + ",fork",
                                "SYSTEM:echo $SOCAT_PEERADDR $SOCAT_PEERPORT"))) {
            listener.transcript().await("it listens", Pattern.compile("listening on"), Account.STEP);
            String first = seenFrom(networks, "198.51.100.66");
            String second = seenFrom(networks, "198.51.100.67");
            assertThat(first).startsWith(Networks.NAT_OUTSIDE + " ").isNotEqualTo(second);
            assertThat(second).startsWith(Networks.NAT_OUTSIDE + " ");
        }
    }

    private static String seenFrom(Networks networks, String address) {
        String from = "sourceport=" + CALLER + ",reuseaddr";
        return say(
                "networks-caller",
                networks.home(),
                List.of(
                        Program.SOCAT.path().toString(),
                        "-u",
                        "TCP:" + address + ":" + LISTENER + "," + from,
                        "STDIO"));
    }

    private static String namespaces() {
        return say("networks-list", Place.LOOPBACK, List.of("ip", "netns", "list"));
    }

    private static String say(String name, Place place, List<String> command) {
        try (RunningProgram program = RunningProgram.start(place, name, Path.of("."), Map.of(), command)) {
            assertThat(program.awaitExit(Account.STEP)).isZero();
            return program.transcript().text();
        }
    }
}
