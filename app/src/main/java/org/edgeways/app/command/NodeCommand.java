package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgeways node …}: which edge nodes belong to a running pool. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Lets edge nodes in and puts them out. How they are: edgeways status",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways node enroll edge1",
            "  edgeways node drain edge1",
            "  edgeways node remove edge1"
        })
public final class NodeCommand {

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    /** Made by the command line. */
    public NodeCommand() {}

    @Command(
            name = "enroll",
            mixinStandardHelpOptions = true,
            description = {
                "Writes a bundle: the one file with which a node of the settings joins, once, within an hour.",
                "Carry it to the node by a way that you trust; who has it can be that node.",
                "A node that is connected gets none: stop it, or put it out with edgeways node remove NAME, first."
            },
            footer = {
                "",
                "Example:",
                "  edgeways node enroll edge1 --out edge1.bundle",
                "Then, on the node:",
                "  edgeways edge --join edge1.bundle --data /var/lib/edgeways/edge"
            })
    int enroll(
            @Parameters(paramLabel = "NAME", description = "The node's name in the settings.") String name,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            description = "Where to write it (default: NAME.bundle in this directory).")
                    @Nullable
                    Path out) {
        Path file = out == null ? Path.of(name + ".bundle") : out;
        JsonNode answer = enrolled(name, file);
        ObjectNode shown = answer.deepCopy();
        shown.remove("bundle"); // a secret: it is in the file alone
        return pool.show(
                shown.put("file", file.toString()),
                () -> "The bundle is in " + file + " and works until "
                        + answer.path("expires").asText() + ", once." + System.lineSeparator()
                        + "On the node: edgeways edge --join " + file.getFileName() + " --data DIR"
                        + System.lineSeparator());
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Puts a node out at once; its certificates are refused from then on.",
                "Here, at the other nodes, and at connectors; but one that is linked with this node alone hears it of this node,",
                "which holds it back if somebody has taken it over: take its document out of the connector's settings too.",
                "A SIP server that nodes dial (a Route with address) does not hear of it: it trusts that node's certificate until it ends, up to",
                "90 days. Block the node's address there.",
                "Relay credentials are made with a new key from then on, which it does not know; those of before are good for their time."
            },
            footer = {"", "Example:", "  edgeways node remove edge1"})
    int remove(@Parameters(paramLabel = "NAME", description = "Which node.") String name) {
        JsonNode answer = pool.ask(AdminClient.request("node-remove").put("name", name));
        return pool.show(answer, () -> name + " is removed; its certificates are refused." + System.lineSeparator());
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = {
                "Has the relay of a node (role av) take no new allocations from now on; running calls go on.",
                "Where its settings name another node (av.alternate), new clients are sent there.",
                "edgeways status shows it. Take it back with edgeways node resume NAME."
            },
            footer = {"", "Example:", "  edgeways node drain edge1"})
    int drain(@Parameters(paramLabel = "NAME", description = "Which node.") String name) {
        JsonNode answer = pool.ask(AdminClient.request("node-drain").put("name", name));
        String said = answer.path("relays").asBoolean()
                ? " takes no new allocations; running calls go on."
                : " has no relay (role av); one that the settings give it takes no allocations.";
        return pool.show(answer, () -> name + said + System.lineSeparator());
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Has the relay of a node that was drained take new allocations again.",
            footer = {"", "Example:", "  edgeways node resume edge1"})
    int resume(@Parameters(paramLabel = "NAME", description = "Which node.") String name) {
        JsonNode answer = pool.ask(AdminClient.request("node-resume").put("name", name));
        String said = answer.path("relays").asBoolean() ? " takes new allocations." : " has no relay (role av).";
        return pool.show(answer, () -> name + said + System.lineSeparator());
    }

    /**
     * Opens the file before anything is asked, since a new bundle ends the one of before. Never over another file: it may be
     * somebody's.
     */
    private JsonNode enrolled(String name, Path file) {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            boolean written = false;
            try {
                JsonNode answer = pool.ask(AdminClient.request("node-enroll").put("name", name));
                ByteBuffer bytes =
                        ByteBuffer.wrap(answer.path("bundle").asText().getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                written = true;
                return answer;
            } finally {
                if (!written) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the bundle cannot be written: " + IoReason.of(e),
                    "Name another file: --out FILE.",
                    e);
        }
    }
}
