package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.edgeways.app.admin.AdminClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code edgeways audit}: what a running pool has on the record. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what is on the record, the newest last.",
            "That is who was let in and put out, certificates that were issued, renewed and refused, and settings that were",
            "taken and refused."
        },
        footer = {"", "Examples:", "  edgeways audit", "  edgeways audit --most 1000 -o json"})
public final class AuditCommand implements Callable<Integer> {

    /** What a pool tells at most. */
    private static final int MOST = 1_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    @Option(
            names = "--most",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many events, the newest ones; 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int most;

    /** Made by the command line. */
    public AuditCommand() {}

    @Override
    public Integer call() {
        if (spec != null && (most < 1 || most > MOST)) {
            throw new ParameterException(spec.commandLine(), "--most must be 1 to " + MOST + ", is " + most);
        }
        JsonNode answer = pool.ask(AdminClient.request("audit-list").put("most", most));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode event : answer.path("events")) {
            rows.addFirst(List.of(
                    event.path("number").asText(),
                    event.path("at").asText(),
                    event.path("event").asText(),
                    event.path("name").asText(),
                    event.path("detail").asText()));
        }
        return pool.show(answer, () -> Output.table(List.of("NUMBER", "AT", "EVENT", "NAME", "DETAIL"), rows));
    }
}
