package org.edgeways.app.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.edgeways.app.admin.AdminClient;
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
        footer = {"", "Examples:", "  edgeways user device add erin laptop", "  edgeways user device revoke erin laptop"
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
