package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.app.role.InsideProcess;
import org.edgeways.app.role.PoolProcess;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code edgeways pool}: the inside server. */
@Command(
        name = "pool",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the inside server: people sign in here, and their messages and calls go through it.",
            "It dials the edge nodes; nothing from the perimeter needs to reach it."
        },
        footer = {
            "",
            "Example, with a directory of settings, which edgeways check looks at; edgeways demo writes a working one to",
            "target/demo/settings:",
            "  edgeways pool --settings /etc/edgeways/settings --data /var/lib/edgeways/pool",
            "With one file, and edge nodes whose certificates come from files:",
            "  edgeways pool --config /etc/edgeways/pool.json",
            "Stops cleanly on SIGINT and SIGTERM. People: edgeways user --data DIR, with its data directory."
        })
public final class PoolCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration, JSON, with the edge nodes in it.")
    private @Nullable Path config;

    @Option(
            names = "--settings",
            paramLabel = "DIR",
            description = "The directory of the settings; edge nodes join, and get what is theirs of it.")
    private @Nullable Path settings;

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory, with --settings.")
    private @Nullable Path data;

    @Option(
            names = "--passphrase",
            paramLabel = "FILE",
            description = {
                "The passphrase of the authority's keys, with --settings (default: a file in the data directory).",
                "It is made, with mode 0600, if it is not there when the authority is made."
            })
    private @Nullable Path passphrase;

    /** Made by the command line. */
    public PoolCommand() {}

    @Override
    public Integer call() {
        if (config != null && settings == null && data == null && passphrase == null) {
            return configured(config);
        }
        if (config == null && settings != null && data != null) {
            return controlled(settings, data);
        }
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "Give --config=FILE, or --settings=DIR and --data=DIR");
    }

    private int configured(Path file) {
        PoolConfig read = PoolConfig.read(file);
        DataDirectory.make(read.data());
        Logs.toFile(read.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        PoolProcess pool = PoolProcess.start(read, loops, new ProcessClock(), new SecureRandom());
        return run(pool, loops, read.inside().port());
    }

    private int controlled(Path set, Path directory) {
        InsideProcess.check(set, directory);
        DataDirectory.make(directory);
        Logs.toFile(directory, Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        InsideProcess inside = InsideProcess.start(
                set, directory, Optional.ofNullable(passphrase), loops, new ProcessClock(), new SecureRandom());
        return run(inside, loops, inside.port());
    }

    private int run(AutoCloseable pool, EventLoops loops, int port) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        return Lifetime.run("The pool", pool, loops, "SIP over TLS on port " + port, out);
    }
}
