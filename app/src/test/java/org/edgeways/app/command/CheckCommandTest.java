package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final Path EXAMPLE = Path.of("..", "docs", "settings-example");

    @TempDir
    Path directory = Path.of(".");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Edgeways.run(List.of(arguments), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private void write(String text) throws IOException {
        Files.writeString(directory.resolve("acorn.yaml"), text);
    }

    @Test
    void theExampleIsSound() {
        assertThat(run("check", EXAMPLE.toString())).isEqualTo(ExitCode.DONE);
        assertThat(out.toString())
                .startsWith("Nothing is wrong in " + EXAMPLE + ": Organisation 1, EdgeNode 1, Pool 1,")
                .hasLineCount(1);
    }

    @Test
    void everythingThatIsWrongIsToldWithFileLineKeyAndTheNearestName() throws IOException {
        write(
                "kind: Organisation\nname: acorn\nspec:\n  sipDomain: [acorn.example]\n---\nkind: Edgenode\nname: edge1\n");
        assertThat(run("check", directory.toString())).isEqualTo(ExitCode.USAGE);
        String file = directory.resolve("acorn.yaml").toString();
        assertThat(out.toString().lines())
                .containsExactly(
                        file
                                + ":4: spec.sipDomain: is no known key; known here: sipDomains, insideNames, hideTopology; "
                                + "did you mean \"sipDomains\"?",
                        file
                                + ":6: kind: must be one of Organisation, Site, EdgeNode, Pool, Connector, Route, Service, "
                                + "AccessSettings, Certificate, is \"Edgenode\"; did you mean \"EdgeNode\"?",
                        "2 things are wrong in " + directory + ".");
    }

    @Test
    void programsGetTheSameAsJson() throws IOException {
        write("kind: Site\nname: a\nspec:\n  pool: main\n");
        assertThat(run("check", "-o", "json", directory.toString())).isEqualTo(ExitCode.USAGE);
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("valid").asBoolean()).isFalse();
        JsonNode problem = json.get("problems").get(1);
        assertThat(problem.get("code").asText()).isEqualTo("settings-reference-dangling");
        assertThat(problem.get("line").asInt()).isEqualTo(4);
        assertThat(problem.get("key").asText()).isEqualTo("spec.pool");
        out.getBuffer().setLength(0);
        assertThat(run("check", "-o", "json", EXAMPLE.toString())).isEqualTo(ExitCode.DONE);
        assertThat(new ObjectMapper()
                        .readTree(out.toString())
                        .get("documents")
                        .get("EdgeNode")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void filesThatAreNotLookedAtAreNamed() throws IOException {
        Files.copy(EXAMPLE.resolve("acorn.yaml"), directory.resolve("acorn.yaml"));
        Files.writeString(directory.resolve("edge2.yaml.txt"), "");
        assertThat(run("check", directory.toString())).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).contains("Not looked at", "edge2.yaml.txt");
    }

    @Test
    void whatANodeWouldBeToldIsShown() throws IOException {
        assertThat(run("check", "--node", "edge1", EXAMPLE.toString())).isEqualTo(ExitCode.DONE);
        JsonNode told = new ObjectMapper().readTree(out.toString());
        assertThat(told.get("access").get("host").asText()).isEqualTo("sip.acorn.example");
        assertThat(out.toString()).doesNotContain("web.inside");
        assertThat(run("check", "--node", "edge7", EXAMPLE.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("there is no EdgeNode edge7", "There are edge1");
    }

    @Test
    void aDirectoryThatIsNotThereIsToldWithWhatToDo() {
        assertThat(run("check", directory.resolve("none").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("none is not there", "edgeways check DIR");
    }
}
