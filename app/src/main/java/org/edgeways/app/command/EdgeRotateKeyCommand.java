package org.edgeways.app.command;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.base.Result;
import org.edgeways.tokens.Keyring;
import org.edgeways.tokens.KeyringFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgeways edge rotate-key}: a new key that seals an edge node's tokens. */
@Command(
        name = "rotate-key",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a new key that seals the edge node's tokens from now on.",
            "A running edge takes it within the configuration's certificateCheck (10 s), without closing anything; "
                    + "the keys of the last seven rotations still open what they sealed."
        },
        footer = {
            "",
            "Examples:",
            "  edgeways edge rotate-key --config /etc/edgeways/edge.json",
            "  edgeways edge rotate-key --data /var/lib/edgeways/edge"
        })
public final class EdgeRotateKeyCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private Place place = new Place();

    private static final class Place {
        @Option(names = "--config", paramLabel = "FILE", description = "The edge's configuration, JSON.")
        private @Nullable Path config;

        @Option(names = "--data", paramLabel = "DIR", description = "The data directory of a node that has joined.")
        private @Nullable Path data;

        KeyringFile file() {
            return data == null
                    ? EdgeProcess.keyringFile(EdgeConfig.read(Objects.requireNonNull(config, "one of them is there")))
                    : EdgeProcess.keyringFile(data);
        }
    }

    /** Made by the command line. */
    public EdgeRotateKeyCommand() {}

    @Override
    public Integer call() {
        return switch (place.file().rotate(new SecureRandom())) {
            case Result.Bad<Keyring> bad ->
                throw new AppFailure(
                        AppErrorCode.DATA_UNUSABLE,
                        bad.code().meaning() + ": " + bad.reason(),
                        "The file \"keyring\" is in the data directory that the configuration names; the edge makes it at"
                                + " its first start. Run this as root or as the edge's own account.");
            case Result.Ok<Keyring>(Keyring keyring) -> {
                if (spec != null) {
                    spec.commandLine()
                            .getOut()
                            .println("New tokens are sealed with key "
                                    + HexFormat.of()
                                            .toHexDigits(keyring.newest().id())
                                    + "; older keys that still open theirs: "
                                    + (keyring.keys().size() - 1));
                }
                yield ExitCode.DONE;
            }
        };
    }
}
