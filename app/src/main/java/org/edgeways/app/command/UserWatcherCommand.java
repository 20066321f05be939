package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgeways user watcher …}: who may see a person's presence. */
@Command(
        name = "watcher",
        mixinStandardHelpOptions = true,
        description = {
            "Who may see a person's presence.",
            "A decision holds at once, also for those who are watching already, and over restarts. "
                    + "For a watcher about whom nothing is decided, presenceDefault of the pool holds."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways user watcher list alice",
            "  edgeways user watcher polite-block alice bob"
        })
public final class UserWatcherCommand {

    @ParentCommand
    private @Nullable UserCommand parent;

    /** Made by the command line. */
    public UserWatcherCommand() {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Lists who watches a person and who was decided about.",
                "STATE is active, pending (asks now), waiting (has asked and is gone) or none."
            },
            footer = {
                "",
                "Examples:",
                "  edgeways user watcher list alice",
                "  edgeways user watcher list alice -o json"
            })
    int list(@Parameters(paramLabel = "NAME", description = "Who is watched.") String name) {
        return show(AdminClient.request("watcher-list").put("name", name));
    }

    @Command(
            name = "allow",
            mixinStandardHelpOptions = true,
            description = "Lets a watcher see the person's presence.",
            footer = {"", "Example:", "  edgeways user watcher allow alice bob"})
    int allow(
            @Parameters(paramLabel = "NAME", description = "Who is watched.") String name,
            @Parameters(paramLabel = "WATCHER", description = "Who watches: NAME, NAME@DOMAIN or a SIP address.")
                    String watcher) {
        return decide("watcher-allow", name, watcher);
    }

    @Command(
            name = "polite-block",
            mixinStandardHelpOptions = true,
            description = "Shows a watcher somebody who is never there, without telling them.",
            footer = {"", "Example:", "  edgeways user watcher polite-block alice bob"})
    int politeBlock(
            @Parameters(paramLabel = "NAME", description = "Who is watched.") String name,
            @Parameters(paramLabel = "WATCHER", description = "Who watches: NAME, NAME@DOMAIN or a SIP address.")
                    String watcher) {
        return decide("watcher-polite-block", name, watcher);
    }

    @Command(
            name = "block",
            mixinStandardHelpOptions = true,
            description = "Refuses a watcher; what they watch already ends.",
            footer = {"", "Example:", "  edgeways user watcher block alice bob"})
    int block(
            @Parameters(paramLabel = "NAME", description = "Who is watched.") String name,
            @Parameters(paramLabel = "WATCHER", description = "Who watches: NAME, NAME@DOMAIN or a SIP address.")
                    String watcher) {
        return decide("watcher-block", name, watcher);
    }

    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = "Takes a decision back; the setting of the pool holds again.",
            footer = {"", "Example:", "  edgeways user watcher forget alice bob"})
    int forget(
            @Parameters(paramLabel = "NAME", description = "Who is watched.") String name,
            @Parameters(paramLabel = "WATCHER", description = "Who watches: NAME, NAME@DOMAIN or a SIP address.")
                    String watcher) {
        return decide("watcher-forget", name, watcher);
    }

    private int decide(String command, String name, String watcher) {
        return show(AdminClient.request(command).put("name", name).put("watcher", watcher));
    }

    private int show(ObjectNode request) {
        UserCommand user = user();
        JsonNode watchers = user.ask(request).path("watchers");
        List<List<String>> rows = new ArrayList<>();
        watchers.forEach(watcher -> rows.add(List.of(
                watcher.path("address").asText(),
                watcher.path("decision").asText("-"),
                watcher.path("state").asText(),
                Integer.toString(watcher.path("subscriptions").asInt()))));
        return user.show(watchers, List.of("ADDRESS", "DECISION", "STATE", "SUBSCRIPTIONS"), rows);
    }

    private UserCommand user() {
        if (parent == null) {
            throw new IllegalStateException("not made by the command line");
        }
        return parent;
    }
}
