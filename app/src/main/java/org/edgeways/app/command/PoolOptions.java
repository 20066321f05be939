package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What every command has that asks a running pool: which one, and how the answer is shown. */
final class PoolOptions {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Data directory of the running pool or demo (default: the demo's).")
    private @Nullable Path data;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            converter = Output.Form.Choice.class,
            scope = ScopeType.INHERIT,
            description = "table (default) or json.")
    private Output.Form form = Output.Form.TABLE;

    /** Made by the command line. */
    PoolOptions() {}

    /** The answer of the pool. */
    JsonNode ask(ObjectNode request) {
        return AdminClient.of(DataOption.orDemo(data)).ask(request);
    }

    /** JSON is wanted. */
    boolean json() {
        return form == Output.Form.JSON;
    }

    /** Shows an answer as it is in JSON, or what people read. */
    int show(JsonNode answer, Supplier<String> text) {
        print(json() ? Output.json(answer) + System.lineSeparator() : text.get());
        return ExitCode.DONE;
    }

    /** Prints text as it is. */
    void print(String text) {
        if (command == null) {
            throw new IllegalStateException("not made by the command line");
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
