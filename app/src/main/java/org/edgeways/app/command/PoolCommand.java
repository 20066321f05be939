package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.config.PoolConfig;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.app.role.PoolProcess;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
            "Example (edgeways demo writes a working file to target/demo/pool/pool.json):",
            "  edgeways pool --config /etc/edgeways/pool.json",
            "Stops cleanly on SIGINT and SIGTERM. People: edgeways user --data DIR, with its data directory."
        })
public final class PoolCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration, JSON.")
    private Path config = Path.of("pool.json");

    /** Made by the command line. */
    public PoolCommand() {}

    @Override
    public Integer call() {
        PoolConfig settings = PoolConfig.read(config);
        DataDirectory.make(settings.data());
        Logs.toFile(settings.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        PoolProcess pool = PoolProcess.start(settings, loops, new ProcessClock(), new SecureRandom());
        Runnable stop = () -> {
            pool.close();
            loops.close();
        };
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (Lifetime lifetime = Lifetime.of("The pool", stop, ExitCode.DONE, out)) {
            out.println("The pool is ready: SIP over TLS on port "
                    + settings.inside().port());
            lifetime.await();
        }
        return ExitCode.DONE;
    }
}
