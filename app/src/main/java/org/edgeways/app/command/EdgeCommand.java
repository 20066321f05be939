package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.config.EdgeConfig;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.app.role.EdgeProcess;
import org.edgeways.app.role.NodeJoining;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.node.NodeFiles;
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
            "Examples, of a node of an inside that has a directory of settings, the first time and ever after:",
            "  edgeways edge --join edge1.bundle --data /var/lib/edgeways/edge",
            "  edgeways edge --data /var/lib/edgeways/edge",
            "A node that joins nobody:",
            "  edgeways edge --config /etc/edgeways/edge.json",
            "Stops cleanly on SIGINT and SIGTERM."
        })
public final class EdgeCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    // not required by the parser, which would ask for it before a subcommand too
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration, JSON, of a node that joins nobody.")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of a node that joins or has joined.")
    private @Nullable Path data;

    @Option(
            names = "--join",
            paramLabel = "FILE",
            description = {
                "Joins with a bundle of edgeways node enroll: makes a key and waits on the inside leg for the inside.",
                "It never connects inwards. Later starts need --data only."
            })
    private @Nullable Path join;

    /** Made by the command line. */
    public EdgeCommand() {}

    @Override
    public Integer call() {
        if ((config == null) == (data == null) || config != null && join != null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "Give --config=FILE, or --data=DIR, the first time with --join=FILE");
        }
        return config == null ? node(Objects.requireNonNull(data)) : configured(config);
    }

    private int configured(Path file) {
        EdgeConfig settings = EdgeConfig.read(file);
        DataDirectory.make(settings.data());
        Logs.toFile(settings.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        EdgeProcess edge = EdgeProcess.start(settings, loops, new ProcessClock(), new SecureRandom());
        return run(edge, loops, settings.outside().sipTls().port());
    }

    private int node(Path directory) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (join == null && !new NodeFiles(directory).hasJoined()) {
            // before anything is made: the directory may be mistyped
            throw new AppFailure(
                    AppErrorCode.NOT_JOINED,
                    directory + " is not the data directory of a node that has joined",
                    "Correct it, or join first: edgeways edge --join FILE --data " + directory);
        }
        DataDirectory.make(directory);
        Logs.toFile(directory, Level.INFO);
        ProcessClock clock = new ProcessClock();
        SecureRandom random = new SecureRandom();
        if (join != null) {
            NodeJoining.join(join, directory, clock, random, new MicrometerCounters(), text -> {
                out.println(text);
                out.flush();
            });
        }
        EventLoops loops = EventLoops.perProcessor();
        EdgeProcess edge = EdgeProcess.start(directory, loops, clock, random);
        return run(edge, loops, edge.sipTlsPort());
    }

    private int run(EdgeProcess edge, EventLoops loops, int port) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        return Lifetime.run("The edge", edge, loops, "SIP over TLS on port " + port, out);
    }
}
