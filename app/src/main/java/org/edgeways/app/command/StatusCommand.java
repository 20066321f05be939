package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.node.NodeErrorCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code edgeways status}: how the edge nodes of a running pool are. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the edge nodes: roles, settings, the Link, and the days that certificates have left.",
        footer = {"", "Examples:", "  edgeways status", "  edgeways status -o json"})
public final class StatusCommand implements Callable<Integer> {

    private static final String REFUSE =
            ": edgeways certificate list shows its number, edgeways certificate refuse ends it";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    /** Made by the command line. */
    public StatusCommand() {}

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not made by the command line");
        }
        PrintWriter out = spec.commandLine().getOut();
        JsonNode answer = pool.ask(AdminClient.request("status"));
        if (pool.json()) {
            out.println(Output.json(((ObjectNode) answer).put("ok", isWell(answer))));
            return exit(answer);
        }
        Instant now = Instant.now();
        List<List<String>> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (JsonNode node : answer.path("nodes")) {
            rows.add(row(node, now));
            note(node, now, notes);
        }
        out.print(Output.table(List.of("NODE", "ROLES", "STATE", "LINK", "REVISION", "CERTIFICATE"), rows));
        out.println();
        out.println("The authority's certificate has " + days(answer.path("authorityEnd"), now)
                + " left, this inside's " + days(answer.path("serviceEnd"), now) + "; certificates refused: "
                + answer.path("refusedCertificates").asInt());
        answer.path("connectors").forEach(connector -> out.println(ofConnector(connector, now)));
        answer.path("servers").forEach(server -> out.println(ofServer(server, now)));
        if (answer.hasNonNull("settingsProblem")) {
            out.println("The settings in the directory are not in use: "
                    + answer.path("settingsProblem").asText());
        }
        List<String> restart = new ArrayList<>();
        answer.path("restartNeeded").forEach(key -> restart.add(key.asText()));
        if (!restart.isEmpty()) {
            out.println("The pool must be started again for " + String.join(", ", restart));
        }
        notes.forEach(out::println);
        out.flush();
        return exit(answer);
    }

    private static String ofConnector(JsonNode connector, Instant now) {
        String name = connector.path("name").asText();
        if (!connector.hasNonNull("certificateEnd")) {
            return "Connector " + name + " has no certificate: edgeways connector enroll " + name;
        }
        String left = days(connector.path("certificateEnd"), now);
        return connector.path("inSettings").asBoolean()
                ? "The certificate of connector " + name + " has " + left + " left"
                : "Connector " + name + " is not in the settings: nodes do not let it in; its certificate has " + left
                        + " left all the same" + REFUSE;
    }

    private static String ofServer(JsonNode server, Instant now) {
        String host = server.path("host").asText();
        if (!server.hasNonNull("certificateEnd")) {
            return "Server " + host + " has no certificate: edgeways certificate issue " + host;
        }
        String left = days(server.path("certificateEnd"), now);
        return server.path("inSettings").asBoolean()
                ? "The certificate of server " + host + " has " + left + " left: edgeways certificate issue " + host
                        + " makes the next"
                : "Server " + host + " is in no Route: nodes do not let it in; its certificate has " + left
                        + " left all the same" + REFUSE;
    }

    /** What the answer says of itself is that it is one; this is whether the settings in the directory are in use. */
    private static boolean isWell(JsonNode answer) {
        return !answer.hasNonNull("settingsProblem");
    }

    private static int exit(JsonNode answer) {
        return isWell(answer) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<String> row(JsonNode node, Instant now) {
        List<String> roles = new ArrayList<>();
        node.path("roles").forEach(role -> roles.add(role.asText()));
        JsonNode link = node.path("link");
        return List.of(
                node.path("name").asText(),
                roles.isEmpty() ? "-" : String.join(", ", roles),
                state(node),
                link.isObject()
                        ? link.path("open").asInt() + " of "
                                + link.path("wanted").asInt()
                        : "-",
                revision(node),
                node.hasNonNull("certificateEnd") ? days(node.path("certificateEnd"), now) : "-");
    }

    private static String state(JsonNode node) {
        if (node.hasNonNull("joined")) {
            return (node.path("connected").asBoolean() ? "connected" : "away")
                    + (node.path("draining").asBoolean() ? ", draining" : "");
        }
        return node.hasNonNull("bundleUntil") ? "expected" : "not joined";
    }

    private static String revision(JsonNode node) {
        long meant = node.path("meant").asLong();
        if (meant == 0) {
            return "-";
        }
        JsonNode runs = node.path("report").path("revision");
        return node.path("upToDate").asBoolean()
                ? Long.toString(meant)
                : (runs.isMissingNode() ? "?" : runs.asText()) + ", meant " + meant;
    }

    private static void note(JsonNode node, Instant now, List<String> notes) {
        String name = node.path("name").asText();
        JsonNode report = node.path("report");
        if (node.hasNonNull("bundleUntil")) {
            notes.add(
                    name + ": a bundle works until " + node.path("bundleUntil").asText());
        }
        if (node.hasNonNull("aheadAt")) {
            notes.add(name + " had settings of a higher number than are on the record, at "
                    + node.path("aheadAt").asText()
                    + ": if the database was put back from a copy, remove again the nodes, and refuse again the certificates, that were"
                    + " since that copy was made; if not, somebody may have taken " + name + " over");
        }
        if (report.path("rejected").isObject()) {
            boolean runs =
                    !report.path("rejected").path("code").asText().equals(NodeErrorCode.ROLES_NOT_STARTED.code());
            notes.add(name + (runs ? " refused revision " : " serves nobody: it cannot run revision ")
                    + report.path("rejected").path("revision").asText() + ": "
                    + report.path("rejected").path("reason").asText());
        }
        if (report.path("relaying").isObject()) {
            notes.add(relaying(name, report.path("relaying")));
        }
        List<String> restart = new ArrayList<>();
        report.path("restartNeeded").forEach(key -> restart.add(key.asText()));
        if (!restart.isEmpty()) {
            notes.add(name + " must be started again for " + String.join(", ", restart));
        }
        for (JsonNode shown : report.path("shown")) {
            notes.add(name + " shows clients a certificate for "
                    + shown.path("name").asText() + ", "
                    + days(shown.path("end"), now) + " left"
                    + (shown.path("selfSigned").asBoolean() ? ", made by itself: clients will not trust it" : "")
                    + (shown.hasNonNull("problem")
                            ? "; its files cannot be used: "
                                    + shown.path("problem").asText()
                            : ""));
        }
        if (node.path("link").hasNonNull("lastFailure")
                && !node.path("connected").asBoolean()) {
            notes.add(name + " cannot be reached: "
                    + node.path("link").path("lastFailure").asText() + ", at "
                    + node.path("link").path("lastFailureAt").asText());
        }
    }

    private static String relaying(String name, JsonNode relaying) {
        int allocations = relaying.path("allocations").asInt();
        StringBuilder text = new StringBuilder(name)
                .append(" relays for ")
                .append(allocations)
                .append(allocations == 1 ? " allocation" : " allocations")
                .append(relaying.path("draining").asBoolean() ? " and takes no new ones" : "");
        String before = "; the busiest: ";
        for (JsonNode busy : relaying.path("busiest")) {
            text.append(before)
                    .append(busy.path("client").asText())
                    .append(" (")
                    .append(person(busy.path("person").asText()))
                    .append(") ")
                    .append(busy.path("bytes").asLong())
                    .append(" bytes since ")
                    .append(busy.path("since").asText());
            before = ", ";
        }
        return text.toString();
    }

    /** An address, or the number that the node tells where nobody knows whose it is. */
    private static String person(String person) {
        return person.startsWith("sip:") ? person : "number " + person + ", nobody known here";
    }

    private static String days(JsonNode end, Instant now) {
        long days = Duration.between(now, Instant.parse(end.asText())).toDays();
        return days + (days == 1 ? " day" : " days");
    }
}
