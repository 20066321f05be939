package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.config.ConnectorConfig;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.ConnectorProcess;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code edgeways connector}: the inside end in front of an existing SIP server. */
@Command(
        name = "connector",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the inside end in front of an existing SIP server.",
            "It dials the edge nodes and passes on to that server what comes from outside, and back; the server needs no",
            "connection to the perimeter."
        },
        footer = {
            "",
            "Example (docs/how-to/existing-sip-server.md explains the file and the server's side):",
            "  edgeways connector --config /etc/edgeways/connector.json",
            "Stops cleanly on SIGINT and SIGTERM."
        })
public final class ConnectorCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration, JSON.")
    private Path config = Path.of("connector.json");

    /** Made by the command line. */
    public ConnectorCommand() {}

    @Override
    public Integer call() {
        ConnectorConfig settings = ConnectorConfig.read(config);
        DataDirectory.make(settings.data());
        Logs.toFile(settings.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        ConnectorProcess connector = ConnectorProcess.start(settings, loops, new ProcessClock(), new SecureRandom());
        Runnable stop = () -> {
            connector.close();
            loops.close();
        };
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (Lifetime lifetime = Lifetime.of("The connector", stop, ExitCode.DONE, out)) {
            out.println("The connector is ready: it listens for the SIP server on port "
                    + settings.listen().getPort());
            lifetime.await();
        }
        return ExitCode.DONE;
    }
}
