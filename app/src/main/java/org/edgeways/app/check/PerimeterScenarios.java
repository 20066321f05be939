package org.edgeways.app.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.Result;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** What must work between the inside and its edge nodes: joining, and settings on their way. */
final class PerimeterScenarios {

    private static final String NODE = "edge1";

    private PerimeterScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("a second edge node joins with a bundle and gets its settings", PerimeterScenarios::joins),
                new Scenario("a bundle that was used is refused", PerimeterScenarios::usedBundle),
                new Scenario("a change of the settings reaches the edge", PerimeterScenarios::change),
                new Scenario(
                        "a bad change is refused with its file and line, and changes nothing",
                        PerimeterScenarios::badChange));
    }

    private static void joins(Stage stage) throws IOException {
        try (SettingsChange change = stage.settingsChange();
                SecondNode node = SecondNode.expected("check1", change, stage)) {
            node.join();
            node.start();
            SettingsChange.await("the node is connected and runs its settings", () -> {
                JsonNode status = change.status("check1");
                return status.path("connected").asBoolean()
                        && status.path("upToDate").asBoolean();
            });
            CheckFailure.unless(
                    change.status("check1").hasNonNull("certificateEnd"),
                    "the inside knows no certificate of the node");
        }
    }

    private static void usedBundle(Stage stage) throws IOException {
        try (SettingsChange change = stage.settingsChange();
                SecondNode node = SecondNode.expected("check2", change, stage)) {
            node.join();
            try {
                node.joinOnAnotherHost();
            } catch (AppFailure refused) {
                CheckFailure.unless(
                        refused.problem().contains("used before"),
                        "the reason does not tell why: " + refused.problem());
                return;
            }
            throw new CheckFailure("a second host has joined with the same bundle");
        }
    }

    private static void change(Stage stage) throws IOException {
        String service = "check-" + UUID.randomUUID();
        try (SettingsChange change = stage.settingsChange()) {
            change.write(service(service, "host"));
            SettingsChange.await("the edge keeps the new settings", () -> keeps(stage, service));
            SettingsChange.await(
                    "the edge reports that it has the new settings",
                    () -> change.status(NODE).path("upToDate").asBoolean());
            change.withdraw();
            SettingsChange.await("the edge keeps the settings of before", () -> !keeps(stage, service));
        }
    }

    private static void badChange(Stage stage) throws IOException {
        try (SettingsChange change = stage.settingsChange()) {
            try {
                change.write(service("check", "hots"));
            } catch (AppFailure refused) {
                CheckFailure.unless(
                        refused.problem().contains(change.file() + ":4: ")
                                && refused.problem().contains("did you mean \"host\""),
                        "the reason names neither line nor key: " + refused.problem());
                CheckFailure.unless(
                        change.problem().contains(change.file() + ":4: "),
                        "the status does not tell of it: " + change.problem());
                // numbers go on by themselves, when keys of relay credentials change
                SettingsChange.await("the edge is connected and runs what is meant", () -> {
                    JsonNode status = change.status(NODE);
                    return status.path("connected").asBoolean()
                            && status.path("upToDate").asBoolean();
                });
                CheckFailure.unless(!keeps(stage, "check"), "the edge keeps what was refused");
                change.withdraw();
                CheckFailure.unless(change.problem().isEmpty(), "it is told still: " + change.problem());
                return;
            }
            throw new CheckFailure("settings with an unknown key were taken");
        }
    }

    /** A service that only the demo's edge is told of. */
    private static String service(String name, String hostKey) {
        return """
                kind: Service
                name: %s
                spec:
                  %s: localhost
                  port: 9
                  nodes: [%s]
                """.formatted(name, hostKey, NODE);
    }

    /** What the edge would begin with if it were started now. */
    private static boolean keeps(Stage stage, String service) {
        NodeFiles files = new NodeFiles(Path.of(stage.demo().dataDirectory()).resolve("edge"));
        return files.member() instanceof Result.Ok<Member>(Member member)
                && files.snapshot(member) instanceof Result.Ok<Optional<EdgeSnapshot>>(Optional<EdgeSnapshot> kept)
                && kept.filter(snapshot -> snapshot.services().contains(service))
                        .isPresent();
    }
}
