package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code edgeways certificate …}: the certificates that a running pool's authority has issued. */
@Command(
        name = "certificate",
        mixinStandardHelpOptions = true,
        description = "Shows the certificates of nodes and of the inside, and refuses single ones.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  edgeways certificate list", "  edgeways certificate refuse 3f0c…"})
public final class CertificateCommand {

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    /** Made by the command line. */
    public CertificateCommand() {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows what was issued and has not long expired.",
            footer = {"", "Example:", "  edgeways certificate list"})
    int list() {
        JsonNode answer = pool.ask(AdminClient.request("certificate-list"));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : answer.path("certificates")) {
            rows.add(List.of(
                    each.path("serial").asText(),
                    each.path("kind").asText(),
                    each.path("name").asText(),
                    each.path("expires").asText(),
                    each.hasNonNull("refused") ? "refused" : "good"));
        }
        return pool.show(answer, () -> Output.table(List.of("SERIAL", "KIND", "NAME", "EXPIRES", "STATE"), rows));
    }

    @Command(
            name = "refuse",
            mixinStandardHelpOptions = true,
            description = {
                "Refuses one certificate from now on, here and at all nodes that are connected.",
                "Who uses it is cut off; a node must join anew, and if it is the pool's own, the pool takes another first.",
                "A connector hears of it by way of the nodes that it is linked with; one that is linked with this node alone hears it",
                "of this node, which holds it back if somebody has taken it over: take its document out of the connector's settings too."
            },
            footer = {"", "Example:", "  edgeways certificate refuse 3f0c5a"})
    int refuse(
            @Parameters(paramLabel = "SERIAL", description = "Its serial number, hexadecimal, as in the list.")
                    String serial) {
        JsonNode answer = pool.ask(AdminClient.request("certificate-refuse").put("serial", serial));
        return pool.show(
                answer,
                () -> "The certificate " + answer.path("serial").asText() + " of "
                        + answer.path("kind").asText() + " "
                        + answer.path("name").asText() + " is refused."
                        + System.lineSeparator());
    }
}
