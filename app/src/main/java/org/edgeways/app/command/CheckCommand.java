package org.edgeways.app.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsFiles;
import org.edgeways.settings.SettingsOutcome;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.text.Problem;
import org.edgeways.settings.text.Problems;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgeways check}: what is wrong with a directory of settings. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Says what is wrong with a directory of settings.",
            "Needs nothing that runs. All problems are told together, each with its file and line.",
            "docs/settings.md explains every key."
        },
        footer = {
            "",
            "Examples:",
            "  edgeways check /etc/edgeways/settings",
            "  edgeways check -o json /etc/edgeways/settings",
            "  edgeways check --node edge1 /etc/edgeways/settings",
            "Exit codes: 0 nothing is wrong, 2 something is wrong or the usage is."
        })
public final class CheckCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The directory with the files that end in .yaml or .yml.")
    private Path directory = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            converter = Output.Form.Choice.class,
            description = "table (default) or json.")
    private Output.Form form = Output.Form.TABLE;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "Show what this edge node would be told of the settings, if nothing is wrong.")
    private @Nullable String node;

    /** Made by the command line. */
    public CheckCommand() {}

    @Override
    public Integer call() {
        if (!Files.isDirectory(directory)) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    directory + (Files.exists(directory) ? " is no directory" : " is not there"),
                    "Name the directory that holds the settings: edgeways check DIR");
        }
        SettingsOutcome outcome = SettingsFiles.settings(directory);
        List<String> ignored = SettingsFiles.read(directory, new Problems()).ignored();
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (node != null && outcome instanceof SettingsOutcome.Good(Settings settings)) {
            out.println(told(settings, node));
        } else if (form == Output.Form.JSON) {
            out.println(Output.json(json(outcome, ignored)));
        } else {
            text(outcome, ignored).forEach(out::println);
        }
        return outcome instanceof SettingsOutcome.Good ? ExitCode.DONE : ExitCode.USAGE;
    }

    private String told(Settings settings, String name) {
        if (!settings.nodes().containsKey(name)) {
            throw new AppFailure(
                    AppErrorCode.CONFIGURATION_INVALID,
                    "there is no EdgeNode " + name + " in " + directory,
                    settings.nodes().isEmpty()
                            ? "There is none at all."
                            : "There are " + String.join(", ", settings.nodes().keySet()));
        }
        EdgeSnapshot snapshot = EdgeSnapshot.of(settings, name, 1, new EdgeSnapshot.Trust(List.of(), List.of()));
        return Output.indented(snapshot.json());
    }

    private List<String> text(SettingsOutcome outcome, List<String> ignored) {
        List<String> lines = new ArrayList<>();
        switch (outcome) {
            case SettingsOutcome.Good(Settings settings) -> {
                List<String> counts = new ArrayList<>();
                counts(settings).forEach((kind, count) -> counts.add(kind + " " + count));
                lines.add("Nothing is wrong in " + directory + ": " + String.join(", ", counts) + ".");
            }
            case SettingsOutcome.Bad bad -> {
                bad.problems().forEach(problem -> lines.add(problem.text()));
                lines.add(
                        bad.count() == 1
                                ? "One thing is wrong in " + directory + "."
                                : bad.count() + " things are wrong in " + directory + ".");
            }
        }
        if (!ignored.isEmpty()) {
            lines.add("Not looked at, because they do not end in .yaml or .yml: " + String.join(", ", ignored));
        }
        return lines;
    }

    private static Map<String, Integer> counts(Settings settings) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("Organisation", 1);
        counts.put("Site", settings.sites().size());
        counts.put("EdgeNode", settings.nodes().size());
        counts.put("Pool", settings.pools().size());
        counts.put("Connector", settings.connectors().size());
        counts.put("Route", settings.routes().size());
        counts.put("Service", settings.services().size());
        counts.put("AccessSettings", settings.accessSettings().size());
        counts.put("Certificate", settings.certificates().size());
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    private static Map<String, Object> json(SettingsOutcome outcome, List<String> ignored) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("valid", outcome instanceof SettingsOutcome.Good);
        switch (outcome) {
            case SettingsOutcome.Good(Settings settings) -> json.put("documents", counts(settings));
            case SettingsOutcome.Bad bad -> {
                json.put("count", bad.count());
                json.put(
                        "problems",
                        bad.problems().stream().map(CheckCommand::json).toList());
            }
        }
        json.put("ignored", ignored);
        return json;
    }

    private static Map<String, Object> json(Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("code", problem.code().code());
        json.put("file", problem.place().file());
        json.put("line", problem.place().line());
        json.put("key", problem.key());
        json.put("what", problem.what());
        problem.nearest().ifPresent(nearest -> json.put("nearest", nearest));
        return json;
    }
}
