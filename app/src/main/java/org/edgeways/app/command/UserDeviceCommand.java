package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code edgeways user device …}: the device passwords of a person. */
@Command(
        name = "device",
        mixinStandardHelpOptions = true,
        description = "A person's devices; each has a password of its own that can be revoked alone.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways user device add erin laptop",
            "  edgeways user device list erin",
            "  edgeways user device revoke erin laptop"
        })
public final class UserDeviceCommand {

    @ParentCommand
    private @Nullable UserCommand parent;

    /** Made by the command line. */
    public UserDeviceCommand() {}

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a device and prints its password, which is not stored and cannot be shown again.",
            footer = {
                "",
                "Examples:",
                "  edgeways user device add erin laptop",
                "  edgeways user device add erin phone --password-stdin < file"
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "Whose.") String name,
            @Parameters(paramLabel = "DEVICE", description = "A name for the device.") String device,
            @Option(
                            names = "--password-stdin",
                            description =
                                    "Takes the password from the first line of standard input, and does not print it.")
                    boolean passwordFromStdin) {
        ObjectNode request = AdminClient.request("device-add").put("name", name).put("device", device);
        if (passwordFromStdin) {
            request.put("password", firstLine());
        }
        return user().show(user().ask(request));
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists a person's devices.",
            footer = {"", "Example:", "  edgeways user device list erin"})
    int list(@Parameters(paramLabel = "NAME", description = "Whose.") String name) {
        for (JsonNode person : user().ask(AdminClient.request("user-list")).path("people")) {
            if (person.path("name").asText().equalsIgnoreCase(name)
                    || person.path("uri").asText().equalsIgnoreCase(name)) {
                JsonNode devices = person.path("devices");
                List<List<String>> rows = new ArrayList<>();
                devices.forEach(device -> rows.add(List.of(
                        device.path("name").asText(), device.path("created").asText())));
                return user().show(devices, List.of("DEVICE", "SINCE"), rows);
            }
        }
        throw new AppFailure(
                AppErrorCode.ADMINISTRATION_REFUSED,
                "there is no such person: " + name,
                "Look at the people: edgeways user list");
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Revokes a device's password; its registrations end.",
            footer = {"", "Example:", "  edgeways user device revoke erin laptop"})
    int revoke(
            @Parameters(paramLabel = "NAME", description = "Whose.") String name,
            @Parameters(paramLabel = "DEVICE", description = "Which device.") String device) {
        return user().show(user().ask(
                        AdminClient.request("device-revoke").put("name", name).put("device", device)));
    }

    private UserCommand user() {
        if (parent == null) {
            throw new IllegalStateException("not made by the command line");
        }
        return parent;
    }

    private static String firstLine() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
