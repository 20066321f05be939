package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code edgeways edge}: an edge node. */
@Command(
        name = "edge",
        mixinStandardHelpOptions = true,
        description = "Runs an edge node: clients outside connect here, and the pool dials its inside leg.",
        subcommands = EdgeRotateKeyCommand.class,
        footer = {
            "",
            "Example (edgeways demo writes a working file to target/demo/edge/edge.json):",
            "  edgeways edge --config /etc/edgeways/edge.json",
            "Stops cleanly on SIGINT and SIGTERM."
        })
public final class EdgeCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    // not required by the parser, which would ask for it before a subcommand too
    @Option(names = "--config", paramLabel = "FILE", description = "The configuration, JSON. Required.")
    private @Nullable Path config;

    /** Made by the command line. */
    public EdgeCommand() {}

    @Override
    public Integer call() {
        if (config == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "Missing required option: '--config=FILE'");
        }
        EdgeConfig settings = EdgeConfig.read(config);
        DataDirectory.make(settings.data());
        Logs.toFile(settings.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        EdgeProcess edge = EdgeProcess.start(settings, loops, new ProcessClock(), new SecureRandom());
        Runnable stop = () -> {
            edge.close();
            loops.close();
        };
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (Lifetime lifetime = Lifetime.of("The edge", stop, ExitCode.DONE, out)) {
            out.println("The edge is ready: SIP over TLS on port "
                    + settings.outside().sipTls().port());
            lifetime.await();
        }
        return ExitCode.DONE;
    }
}
