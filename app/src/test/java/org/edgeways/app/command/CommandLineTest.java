package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A bundle that is made ends the one of before: it is not asked for if it could not be written. */
    @Test
    void aBundleIsNotAskedForIfItsFileIsThereAlready() throws Exception {
        Path bundle = Files.writeString(directory.resolve("edge1.bundle"), "the one of before");
        int code = run("node", "enroll", "edge1", "--out", bundle.toString(), "--data", directory.toString());
        assertThat(code).isNotZero();
        assertThat(err.toString()).contains("the bundle cannot be written").doesNotContain("no pool is running");
        assertThat(bundle).hasContent("the one of before");
    }

    @Test
    void aFileForABundleThatWasNotMadeIsTakenAwayAgain() {
        Path bundle = directory.resolve("edge1.bundle");
        assertThat(run("node", "enroll", "edge1", "--out", bundle.toString(), "--data", directory.toString()))
                .isNotZero();
        assertThat(err.toString()).contains("no pool is running");
        assertThat(bundle).doesNotExist();
    }

    private int run(String... arguments) {
        return Edgeways.run(List.of(arguments), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void everyCommandHasAnExampleInItsHelp() {
        List<List<String>> commands = new ArrayList<>();
        collect(Edgeways.commandLine(), List.of(), commands);
        assertThat(commands).hasSizeGreaterThan(8);
        for (List<String> command : commands) {
            out.getBuffer().setLength(0);
            List<String> arguments = new ArrayList<>(command);
            arguments.add("--help");
            assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
            assertThat(out.toString()).as("help of %s", command).contains("Example");
        }
    }

    @Test
    void theHelpOfEveryCommandSaysWhatItsExitCodesMean() {
        List<List<String>> commands = new ArrayList<>();
        collect(Edgeways.commandLine(), List.of(), commands);
        for (List<String> command : commands) {
            out.getBuffer().setLength(0);
            List<String> arguments = new ArrayList<>(command);
            arguments.add("--help");
            assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
            assertThat(out.toString()).as("help of %s", command).containsOnlyOnce("Exit codes: 0 ");
        }
    }

    @Test
    void noExampleIsBrokenAtTheWidthOfAPlainTerminal() {
        List<List<String>> commands = new ArrayList<>();
        collect(Edgeways.commandLine(), List.of(), commands);
        for (List<String> command : commands) {
            CommandLine line = Edgeways.commandLine();
            for (String name : command) {
                line = line.getSubcommands().get(name);
            }
            assertThat(line.getCommandSpec().usageMessage().footer())
                    .as("help of %s", command)
                    .filteredOn(text -> text.startsWith("  "))
                    .allSatisfy(text -> assertThat(text).hasSizeLessThan(80));
        }
    }

    @Test
    void proseOfTheHelpIsBrokenAtTheWidthOfTheTerminalAlone() {
        assertThat(run("connector", "enroll", "--help")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).contains("the connector's data directory as connector.pem");
    }

    @Test
    void theLineThatListsOfCommandsShowIsAWholeSentence() {
        firstLinesAreSentences(Edgeways.commandLine());
    }

    private static void firstLinesAreSentences(CommandLine line) {
        String[] description = line.getCommandSpec().usageMessage().description();
        if (description.length > 1) {
            assertThat(description[0]).endsWith(".");
        }
        line.getSubcommands().values().forEach(CommandLineTest::firstLinesAreSentences);
    }

    private static void collect(CommandLine line, List<String> path, List<List<String>> commands) {
        commands.add(path);
        for (Map.Entry<String, CommandLine> entry : line.getSubcommands().entrySet()) {
            if (!entry.getKey().equals("help")) {
                List<String> inner = new ArrayList<>(path);
                inner.add(entry.getKey());
                collect(entry.getValue(), inner, commands);
            }
        }
    }

    @Test
    void aFormOfOutputThatThereIsNotIsAnsweredWithThoseThatThereAreAsTheyAreTyped() {
        assertThat(run("counters", "-o", "yaml")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("'yaml' is none of table, json, prometheus")
                .doesNotContain("TABLE");
        err.getBuffer().setLength(0);
        assertThat(run("user", "list", "-o", "yaml")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'yaml' is none of table, json").doesNotContain("TABLE");
    }

    @Test
    void aFormOfOutputIsTakenInAnyCase() {
        for (String form : List.of("json", "JSON", "Json")) {
            err.getBuffer().setLength(0);
            assertThat(run("user", "list", "-o", form, "--data", directory.toString()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).contains("no pool is running");
        }
    }

    @Test
    void aLifeOfRelayCredentialsOutOfRangeIsWrongUsageBeforeAnythingIsAsked() {
        for (String life : List.of("59s", "181d")) {
            err.getBuffer().setLength(0);
            assertThat(run("user", "device", "add", "erin", "phone", "--turn-for", life))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(err.toString()).contains("'" + life + "' is not from 1m to 180d");
        }
        assertThat(run("user", "device", "add", "erin", "phone", "--turn-for", "180d", "--data", directory.toString()))
                .isEqualTo(ExitCode.FAILED);
    }

    @Test
    void whatTheRecordIsAskedForIsCheckedBeforeAnythingIsAsked() {
        assertThat(run("audit", "--event", "node-removd")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'node-removd' is none of ").contains(", node-removed, ");
        assertThat(run("audit", "--before", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--before must be the number of an event, is 0");
        assertThat(run("audit", "--most", "1001")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--most must be 1 to 1000, is 1001");
        assertThat(run("audit", "--event", "node-removed", "--before", "7", "--data", directory.toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no pool is running");
    }

    @Test
    void aPortBaseOutOfRangeIsWrongUsage() {
        assertThat(run("demo", "--port-base", "70000")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--port-base must be from 1 to");
    }

    @Test
    void anUnknownDefaultOfPresenceIsWrongUsage() {
        assertThat(run("demo", "--presence", "maybe")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--presence: maybe is none of allow, ask and block");
    }

    @Test
    void anEdgeWithoutAConfigurationIsWrongUsage() {
        assertThat(run("edge")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--config=FILE");
        assertThat(run("edge", "rotate-key")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void rotatingTheKeyOfAnEdgePutsANewOneInFrontAndKeepsTheOld() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        KeyringFile file = new KeyringFile(data.resolve("keyring"));
        Path config = directory.resolve("edge.json");
        Files.writeString(config, """
                {"node": "edge1", "data": "data", "sipDomains": ["acorn.example"],
                 "outside": {"host": "sip.acorn.example", "sipTlsPort": 5061, "addresses": ["127.0.0.1"],
                             "certificate": "edge.crt", "key": "edge.key"},
                 "link": {"host": "edge1.acorn.example", "port": 5062, "addresses": ["127.0.0.1"],
                          "certificate": "link.crt", "key": "link.key", "authority": "ca.crt"}}
                """);
        assertThat(run("edge", "rotate-key", "--config", config.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("makes it at its first start");
        int first = file.loadOrCreate(new SecureRandom()).orThrow().newest().id();
        assertThat(run("edge", "rotate-key", "--config", config.toString())).isEqualTo(ExitCode.DONE);
        Keyring rotated = file.load().orThrow();
        assertThat(rotated.newest().id()).isNotEqualTo(first);
        assertThat(rotated.find(first)).isNotNull();
        assertThat(out.toString())
                .contains(HexFormat.of().toHexDigits(rotated.newest().id()));

        assertThat(run("edge", "rotate-key", "--data", data.toString())).isEqualTo(ExitCode.DONE);
        assertThat(file.load().orThrow().newest().id())
                .isNotEqualTo(rotated.newest().id());
        assertThat(run("edge", "rotate-key", "--data", "a", "--config", "b")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aMistypedDataDirectoryOfANodeIsToldAndNotMade() {
        Path mistyped = directory.resolve("edgewasy");
        assertThat(run("edge", "--data", mistyped.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .contains("edgewasy is not the data directory of a node that has joined", "--join FILE");
        assertThat(mistyped).doesNotExist();
    }

    @Test
    void aCommandGroupAloneShowsItsHelpAndCountsAsWrongUsage() {
        assertThat(run("user")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("Usage: edgeways user");
    }

    @Test
    void anUnknownOptionIsNamedTogetherWithWhereTheHelpIs() {
        assertThat(run("user", "list", "--colour")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--colour", "edgeways user list --help");
    }

    @Test
    void helpBeforeTheWordsOfACommandShowsTheSameAsTheCommandWithHelpBehind() {
        List<List<String>> commands = new ArrayList<>();
        collect(Edgeways.commandLine(), List.of(), commands);
        for (List<String> command : commands) {
            List<String> behind = new ArrayList<>(command);
            behind.add("--help");
            out.getBuffer().setLength(0);
            run(behind.toArray(String[]::new));
            String expected = out.toString();
            List<String> before = new ArrayList<>(command);
            before.addFirst("help");
            out.getBuffer().setLength(0);
            assertThat(run(before.toArray(String[]::new))).isEqualTo(ExitCode.DONE);
            assertThat(out.toString()).as("help %s", command).isEqualTo(expected);
        }
    }

    @Test
    void helpForACommandThatThereIsNotIsWrongUsage() {
        assertThat(run("help", "user", "nosuch")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no command \"nosuch\" in edgeways user", "edgeways user --help");
    }

    @Test
    void aCommandThatThereIsNotIsAnsweredWithThoseThatThereAre() {
        assertThat(run("user", "nosuch")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no command \"nosuch\" here", "list", "watcher", "edgeways user --help");
    }

    @Test
    void anEmptyNameOfAFileOrDirectoryIsWrongUsageAndNotTheWorkingDirectory() {
        for (List<String> command : List.of(
                List.of("pool", "--config", ""),
                List.of("demo", "--check", "--data", ""),
                List.of("user", "list", "--data", ""),
                List.of("counters", "--data", ""))) {
            err.getBuffer().setLength(0);
            assertThat(run(command.toArray(String[]::new))).as("%s", command).isEqualTo(ExitCode.USAGE);
            assertThat(err.toString()).as("%s", command).contains("not empty", "--help");
        }
    }

    @Test
    void aPoolThatCannotUseItsSettingsLeavesNothingBehind() throws IOException {
        Path data = directory.resolve("data");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        for (Path settings : List.of(directory.resolve("nowhere"), empty)) {
            err.getBuffer().setLength(0);
            assertThat(run("pool", "--settings", settings.toString(), "--data", data.toString()))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(err.toString()).contains("edgeways check " + settings);
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void saysHowToStartAPoolWhenNoneRuns() {
        assertThat(run("user", "list", "--data", directory.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no pool is running with its data in " + directory, "edgeways demo");
    }

    @Test
    void tableColumnsAreAsWideAsTheirWidestCell() {
        assertThat(Output.table(List.of("A", "B"), List.of(List.of("long", "x"), List.of("s", "yy")))
                        .lines())
                .containsExactly("A     B", "long  x", "s     yy");
    }
}
