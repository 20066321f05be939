package org.edgeways.app.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.settings.kind.EdgeNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nodes are dialled while their settings change and they do not start again. */
class InsideLegsTest {

    @TempDir
    Path directory;

    private InsideLegs legs;

    @BeforeEach
    void start() {
        legs = new InsideLegs(directory.resolve("legs.json"));
    }

    private static Map<String, EdgeNode> edge1(int port, Optional<Integer> dialPort) {
        return Map.of(
                "edge1",
                new EdgeNode(
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        new EdgeNode.InsideLeg(
                                "edge1.acorn.example", List.of("10.1.0.11"), port, Optional.empty(), dialPort, 4),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(10)));
    }

    private List<Integer> ports(int port) {
        return ports(port, Optional.empty());
    }

    private List<Integer> ports(int port, Optional<Integer> dialPort) {
        return legs.dialled(edge1(port, dialPort)).get("edge1").stream()
                .map(LinkAddress::port)
                .toList();
    }

    @Test
    void aNodeThatIsToListenElsewhereIsDialledWhereItWasToo() {
        assertThat(ports(5062)).containsExactly(5062);
        assertThat(ports(5063)).containsExactly(5063, 5062);
        assertThat(ports(5063)).as("said again").containsExactly(5063, 5062);
        assertThat(ports(5064))
                .as("it may have been started in between, or not")
                .containsExactly(5064, 5063, 5062);
        assertThat(ports(5062)).as("put right again").containsExactly(5062, 5064, 5063);
    }

    @Test
    void aNodeThatIsToListenElsewhereIsFoundAlsoIfTheInsideIsStartedAgainInBetween() throws Exception {
        assertThat(ports(5062)).containsExactly(5062);
        start();
        assertThat(ports(5063)).as("changed while it did not run").containsExactly(5063, 5062);
        start();
        assertThat(ports(5063)).containsExactly(5063, 5062);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("legs.json"))))
                .isEqualTo("rw-------");
        Files.writeString(directory.resolve("legs.json"), "{\"edge1\": 7");
        start();
        assertThat(ports(5063)).as("nothing can be read").containsExactly(5063);
        start();
        assertThat(ports(5064)).containsExactly(5064, 5063);
    }

    @Test
    void anotherWayToWhereItListensIsTakenAtOnce() {
        assertThat(ports(5062)).containsExactly(5062);
        assertThat(ports(5062, Optional.of(7062))).containsExactly(7062);
    }

    @Test
    void aLimitedNumberOfPlacesOfBeforeIsRemembered() {
        List<Integer> ports = new ArrayList<>();
        for (int port = 5062; port < 5062 + 2 * InsideLegs.MOST_BEFORE; port++) {
            ports = ports(port);
        }
        assertThat(ports).hasSize(1 + InsideLegs.MOST_BEFORE);
    }

    @Test
    void placesOfANodeThatIsGoneAreForgotten() {
        assertThat(ports(5062)).containsExactly(5062);
        assertThat(legs.dialled(Map.of())).isEmpty();
        assertThat(ports(5063)).containsExactly(5063);
    }
}
