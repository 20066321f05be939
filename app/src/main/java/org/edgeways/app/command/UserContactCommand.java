package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgeways user contact …}: the contact list that the pool keeps for a person. */
@Command(
        name = "contact",
        mixinStandardHelpOptions = true,
        description = {
            "A person's contact list.",
            "A device that subscribes to its own person's list sees the presence of all contacts with one "
                    + "subscription; a change here reaches it at once."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways user contact add alice carol --display-name \"Carol from sales\"",
            "  edgeways user contact list alice"
        })
public final class UserContactCommand {

    @ParentCommand
    private @Nullable UserCommand parent;

    /** Made by the command line. */
    public UserContactCommand() {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists a person's contacts.",
            footer = {
                "",
                "Examples:",
                "  edgeways user contact list alice",
                "  edgeways user contact list alice -o json"
            })
    int list(@Parameters(paramLabel = "NAME", description = "Whose list.") String name) {
        return show(request("contact-list", name));
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Puts a contact on a person's list, or gives one that is there another name.",
            footer = {
                "",
                "Examples:",
                "  edgeways user contact add alice carol",
                "  edgeways user contact add alice carol@acorn.example --display-name Carol"
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "Whose list.") String name,
            @Parameters(paramLabel = "ADDRESS", description = "Who: NAME, NAME@DOMAIN or a SIP address.")
                    String address,
            @Option(
                            names = "--display-name",
                            paramLabel = "TEXT",
                            description = "How the list calls them, at most 128 characters"
                                    + " (default: as the person is called).")
                    @Nullable
                    String displayName) {
        ObjectNode request = request("contact-add", name).put("address", address);
        if (displayName != null) {
            request.put("displayName", displayName);
        }
        return show(request);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Takes a contact off a person's list.",
            footer = {"", "Example:", "  edgeways user contact remove alice carol"})
    int remove(
            @Parameters(paramLabel = "NAME", description = "Whose list.") String name,
            @Parameters(paramLabel = "ADDRESS", description = "Who: NAME, NAME@DOMAIN or a SIP address.")
                    String address) {
        return show(request("contact-remove", name).put("address", address));
    }

    private static ObjectNode request(String command, String name) {
        return AdminClient.request(command).put("name", name);
    }

    private int show(ObjectNode request) {
        UserCommand user = user();
        JsonNode contacts = user.ask(request).path("contacts");
        List<List<String>> rows = new ArrayList<>();
        contacts.forEach(contact -> rows.add(List.of(
                contact.path("address").asText(),
                UserCommand.orDash(contact.path("displayName").asText()))));
        return user.show(contacts, List.of("ADDRESS", "NAME"), rows);
    }

    private UserCommand user() {
        if (parent == null) {
            throw new IllegalStateException("not made by the command line");
        }
        return parent;
    }
}
