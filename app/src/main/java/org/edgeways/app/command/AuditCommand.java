package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.control.AuditKind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code edgeways audit}: what a running pool has on the record. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what is on the record, the newest last.",
            "That is which nodes and connectors were let in and put out, certificates that were issued, renewed and refused, and settings that were",
            "taken and refused. What is older than what is shown comes with --before and the lowest number that was shown."
        },
        footer = {
            "",
            "Examples:",
            "  edgeways audit",
            "  edgeways audit --before 1200 --most 1000 -o json",
            "  edgeways audit --event node-removed --name edge1"
        })
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

    @Option(names = "--before", paramLabel = "NUMBER", description = "Only events with a lower number than that one.")
    private @Nullable Long before;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            converter = Event.class,
            description = "Only such events, as the column EVENT names them.")
    private @Nullable String event;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Only events about that node, connector, host or file, as the column NAME says it.")
    private @Nullable String name;

    /** The word of an event. */
    static final class Event implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            List<String> words =
                    Arrays.stream(AuditKind.values()).map(AuditKind::word).toList();
            if (!words.contains(value)) {
                throw new TypeConversionException("'" + value + "' is none of " + String.join(", ", words));
            }
            return value;
        }
    }

    /** Made by the command line. */
    public AuditCommand() {}

    @Override
    public Integer call() {
        check(most >= 1 && most <= MOST, "--most must be 1 to " + MOST + ", is " + most);
        check(before == null || before > 0, "--before must be the number of an event, is " + before);
        JsonNode answer = pool.ask(request());
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode event : answer.path("events")) {
            rows.addFirst(List.of(
                    event.path("number").asText(),
                    event.path("at").asText(),
                    event.path("event").asText(),
                    event.path("name").asText(),
                    event.path("detail").asText()));
        }
        return pool.show(
                answer,
                () -> Output.table(List.of("NUMBER", "AT", "EVENT", "NAME", "DETAIL"), rows)
                        + (answer.path("more").asBoolean()
                                ? older(rows.getFirst().getFirst())
                                : ""));
    }

    private ObjectNode request() {
        ObjectNode request = AdminClient.request("audit-list").put("most", most);
        if (before != null) {
            request.put("before", before);
        }
        return request.put("event", Objects.requireNonNullElse(event, ""))
                .put("name", Objects.requireNonNullElse(name, ""));
    }

    private static String older(String lowest) {
        return System.lineSeparator() + "There are older ones: --before " + lowest + System.lineSeparator();
    }

    private void check(boolean good, String problem) {
        if (spec != null && !good) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }
}
