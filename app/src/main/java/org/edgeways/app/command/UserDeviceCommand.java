package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.pool.relay.RelayService;
import org.edgeways.settings.text.Durations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

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
            "  edgeways user device revoke erin laptop",
            "  edgeways user device find 1796256000:AAAAAb3…"
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
                "  edgeways user device add erin phone --password-stdin < file",
                "  edgeways user device add erin deskphone --turn --turn-for 30d",
                "With --turn it prints credentials for the relay (TURN) too, for softphones that do not fetch their own. Such a",
                "softphone can relay nothing any more when their time is over: --turn-for says how long that is. Revoking the",
                "device withdraws them, and so does disabling the person."
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "Whose.") String name,
            @Parameters(paramLabel = "DEVICE", description = "A name for the device.") String device,
            @Option(
                            names = "--password-stdin",
                            description =
                                    "Takes the password from the first line of standard input, and does not print it.")
                    boolean passwordFromStdin,
            @Option(names = "--turn", description = "Prints credentials for the relay of audio and video too.")
                    boolean turn,
            @Option(
                            names = "--turn-for",
                            paramLabel = "DURATION",
                            description =
                                    "How long those are good: 1m to 180d; without it, as long as the settings say for all (8h, unless"
                                            + " relayCredentials of the Pool says otherwise).",
                            converter = TurnLife.class)
                    @Nullable
                    Duration turnFor) {
        ObjectNode request = AdminClient.request("device-add").put("name", name).put("device", device);
        if (passwordFromStdin) {
            request.put("password", firstLine());
        }
        JsonNode added = user().ask(request);
        if (turn || turnFor != null) {
            ObjectNode credentials =
                    AdminClient.request("relay-credentials").put("name", name).put("device", device);
            if (turnFor != null) {
                credentials.put("seconds", turnFor.toSeconds());
            }
            try {
                ((ObjectNode) added).set("turn", user().ask(credentials).path("turn"));
            } catch (AppFailure refused) {
                user().show(added); // the device is there, and its password is shown only now
                throw refused;
            }
        }
        return user().show(added);
    }

    /** Reads how long credentials are to be good. */
    static final class TurnLife implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration life = Durations.parse(value)
                    .orElseThrow(() -> new TypeConversionException("'" + value + "' is no duration such as 8h or 30d"));
            if (life.compareTo(RelayService.SHORTEST_LIFE) < 0 || life.compareTo(RelayService.LONGEST_LIFE) > 0) {
                throw new TypeConversionException("'" + value + "' is not from 1m to 180d"); // before a device is added
            }
            return life;
        }
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

    @Command(
            name = "find",
            mixinStandardHelpOptions = true,
            description =
                    "Tells whose a relay's (TURN) user name is, and of which device: nodes write them to their logs.",
            footer = {
                "",
                "Example:",
                "  edgeways user device find 1796256000:AAAAAb3…",
                "Such a user name begins with the time until which it is good and has about 160 characters. It is found as long",
                "as the key that it was made with is kept, which is while anything made with it is good."
            })
    int find(
            @Parameters(paramLabel = "USERNAME", description = "The whole user name, as the log has it.")
                    String username) {
        JsonNode answer = user().ask(AdminClient.request("relay-owner").put("username", username));
        List<String> row = List.of(
                answer.path("person").asText(),
                UserCommand.orDash(answer.path("device").asText("")),
                answer.path("until").asText(),
                answer.path("withdrawn").asBoolean() ? "yes" : "no");
        return user().show(answer, List.of("PERSON", "DEVICE", "GOOD UNTIL", "WITHDRAWN"), List.of(row));
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
