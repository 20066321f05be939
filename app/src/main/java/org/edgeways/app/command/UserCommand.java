package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.edgeways.app.admin.AdminClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgeways user …}: the people of a running pool and the passwords of their devices. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = "People of a running pool, the passwords of their devices, and who may see whose presence.",
        subcommands = {UserDeviceCommand.class, UserContactCommand.class, UserWatcherCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways user list",
            "  edgeways user add erin --remote-access",
            "  edgeways user device add erin laptop",
            "  edgeways user contact add erin alice",
            "  edgeways user watcher list erin"
        })
public final class UserCommand {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    /** Made by the command line. */
    public UserCommand() {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the people, their rights and devices.",
            footer = {"", "Examples:", "  edgeways user list", "  edgeways user list -o json"})
    int list() {
        return show(ask(AdminClient.request("user-list")));
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a person. Give them a device next: edgeways user device add NAME DEVICE",
            footer = {
                "",
                "Examples:",
                "  edgeways user add erin --remote-access",
                "  edgeways user add erin --display-name \"Erin of sales\""
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "The user part of the person's SIP address.") String name,
            @Option(names = "--remote-access", description = "The person may sign in from outside.")
                    boolean remoteAccess,
            @Option(
                            names = "--display-name",
                            paramLabel = "TEXT",
                            description = "How the person is called, at most 128 characters (default: not at all).")
                    @Nullable
                    String displayName) {
        ObjectNode request = AdminClient.request("user-add").put("name", name).put("remoteAccess", remoteAccess);
        if (displayName != null) {
            request.put("displayName", displayName);
        }
        return show(ask(request));
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = "Changes what is known of a person and what they may do; what is not named stays as it is.",
            footer = {
                "",
                "Examples:",
                "  edgeways user set dave --remote-access=true",
                "  edgeways user set dave --disabled",
                "Disabling ends all registrations; devices, contacts and waiting messages are kept."
            })
    int set(
            @Parameters(paramLabel = "NAME", description = "Who.") String name,
            @Option(
                            names = "--remote-access",
                            arity = "1",
                            paramLabel = "true|false",
                            description = "Whether the person may sign in from outside.")
                    @Nullable
                    Boolean remoteAccess,
            @Option(
                            names = "--display-name",
                            paramLabel = "TEXT",
                            description = "How the person is called, at most 128 characters.")
                    @Nullable
                    String displayName,
            @Option(names = "--enabled", description = "The person may sign in again.") boolean enabled,
            @Option(names = "--disabled", description = "The person may not sign in until they are enabled.")
                    boolean disabled) {
        if (enabled && disabled) {
            throw wrongUsage("set", "--enabled and --disabled exclude each other");
        }
        ObjectNode request = AdminClient.request("user-set").put("name", name);
        if (remoteAccess != null) {
            request.put("remoteAccess", remoteAccess);
        }
        if (displayName != null) {
            request.put("displayName", displayName);
        }
        if (enabled || disabled) {
            request.put("enabled", enabled);
        }
        if (request.size() == 2) {
            throw wrongUsage(
                    "set", "say what to change: --remote-access=true|false, --display-name, --enabled or --disabled");
        }
        return show(ask(request));
    }

    private ParameterException wrongUsage(String command, String what) {
        return new ParameterException(
                Objects.requireNonNull(spec).commandLine().getSubcommands().get(command), what);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes a person with all their devices, registrations and waiting messages.",
            footer = {"", "Example:", "  edgeways user remove erin"})
    int remove(@Parameters(paramLabel = "NAME", description = "Who.") String name) {
        JsonNode answer = ask(AdminClient.request("user-remove").put("name", name));
        return pool.show(answer.path("people"), () -> name + " is removed." + System.lineSeparator());
    }

    JsonNode ask(ObjectNode request) {
        return pool.ask(request);
    }

    int show(JsonNode answer) {
        boolean whole = answer.has("password") || answer.has("turn");
        return pool.show(whole ? answer : answer.path("people"), () -> text(answer));
    }

    private static String text(JsonNode answer) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode person : answer.path("people")) {
            List<String> devices = new ArrayList<>();
            person.path("devices")
                    .forEach(device -> devices.add(device.path("name").asText()));
            rows.add(List.of(
                    person.path("name").asText(),
                    person.path("uri").asText(),
                    orDash(person.path("displayName").asText()),
                    person.path("remoteAccess").asBoolean() ? "yes" : "no",
                    devices.isEmpty() ? "-" : String.join(", ", devices),
                    person.path("enabled").asBoolean(true)
                            ? Integer.toString(person.path("bindings").asInt())
                            : "disabled"));
        }
        String table =
                Output.table(List.of("NAME", "ADDRESS", "DISPLAY NAME", "REMOTE ACCESS", "DEVICES", "SIGNED IN"), rows);
        String password = answer.has("password")
                ? System.lineSeparator() + "Password (shown only now): "
                        + answer.path("password").asText() + System.lineSeparator()
                : "";
        return table + password + (answer.has("turn") ? turn(answer.path("turn")) : "");
    }

    /** Credentials for the relay, as a softphone's settings ask for them. */
    private static String turn(JsonNode turn) {
        List<List<String>> rows = new ArrayList<>();
        turn.path("urls").forEach(url -> rows.add(List.of("server", url.asText())));
        turn.path("insideUrls").forEach(url -> rows.add(List.of("server, inside", url.asText())));
        rows.add(List.of("user name", turn.path("username").asText()));
        rows.add(List.of("password", turn.path("credential").asText()));
        rows.add(List.of("good until", turn.path("until").asText()));
        return System.lineSeparator() + Output.table(List.of("RELAY (TURN)", "SHOWN ONLY NOW"), rows);
    }

    /** A cell that is never empty. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Shows a list: as it is in JSON, as rows in a table. */
    int show(JsonNode list, List<String> heading, List<List<String>> rows) {
        return pool.show(list, () -> Output.table(heading, rows));
    }
}
