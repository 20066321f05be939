package org.edgeways.app.command;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.config.ConnectorConfig;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.logs.Logs;
import org.edgeways.app.role.ConnectorProcess;
import org.edgeways.app.role.DataDirectory;
import org.edgeways.app.role.SettledConnector;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.EventLoops;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgeways connector}: the inside end in front of an existing SIP server and of web servers. */
@Command(
        name = "connector",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the inside end in front of an existing SIP server and of web servers.",
            "It dials the edge nodes and passes on to those servers what comes from outside, and back; they need no",
            "connection to the perimeter."
        },
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Example, with the directory of settings that the pool has, and an identity that the pool has given:",
            "  edgeways connector enroll kamailio --data /var/lib/edgeways/pool",
            "  edgeways connector --settings /etc/edgeways/settings \\",
            "      --data /var/lib/edgeways/connector",
            "With one JSON file and certificates of your own, for SIP only (docs/how-to/existing-sip-server.md):",
            "  edgeways connector --config /etc/edgeways/connector.json",
            "Stops cleanly on SIGINT and SIGTERM."
        })
public final class ConnectorCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "The configuration, JSON.")
    private @Nullable Path config;

    @Option(names = "--settings", paramLabel = "DIR", description = "The directory of the settings.")
    private @Nullable Path settings;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory, with --settings; holds connector.pem, which enroll makes.")
    private @Nullable Path data;

    /** Made by the command line. */
    public ConnectorCommand() {}

    @Override
    public Integer call() {
        if (config != null && settings == null && data == null) {
            return configured(config);
        }
        if (config == null && settings != null && data != null) {
            return settled(settings, data);
        }
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "Give --config=FILE, or --settings=DIR and --data=DIR");
    }

    private int configured(Path file) {
        ConnectorConfig read = ConnectorConfig.read(file);
        DataDirectory.make(read.data());
        Logs.toFile(read.data(), Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        ConnectorProcess connector = ConnectorProcess.start(read, loops, new ProcessClock(), new SecureRandom());
        return run(
                connector,
                loops,
                "it listens for the SIP server on port " + read.listen().getPort());
    }

    private int settled(Path set, Path directory) {
        DataDirectory.make(directory);
        Logs.toFile(directory, Level.INFO);
        EventLoops loops = EventLoops.perProcessor();
        SettledConnector connector =
                SettledConnector.start(set, directory, loops, new ProcessClock(), new SecureRandom());
        return run(connector, loops, connector.name());
    }

    private int run(AutoCloseable connector, EventLoops loops, String ready) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        return Lifetime.run("The connector", connector, loops, ready, out);
    }

    @Command(
            name = "enroll",
            mixinStandardHelpOptions = true,
            description = {
                "Writes the identity of a connector that the settings name.",
                "It holds a new key and the running pool's certificate for it, and belongs into the connector's data directory",
                "as connector.pem; carry it there by a way that you trust. A running connector renews it over the Link when two",
                "thirds of its 90 days are over, by way of the edge nodes; edgeways status shows the days that it has left. One",
                "that did not run for so long needs this again: a running connector takes the new file in place of the old one."
            },
            footer = {"", "Example:", "  edgeways connector enroll kamailio --data /var/lib/edgeways/pool"})
    int enroll(
            @Parameters(paramLabel = "NAME", description = "The connector's name in the settings.") String name,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description =
                                    "Data directory of the running pool, which has settings (default: the demo's place).")
                    @Nullable
                    Path pool,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            defaultValue = SettledConnector.IDENTITY_FILE,
                            description = "Where to write it (default: ${DEFAULT-VALUE} in this directory).")
                    Path out) {
        PrintWriter writer = Objects.requireNonNull(spec).commandLine().getOut();
        try {
            mayReplace(out, name);
            KeyPair keys = CertificateKeys.make(new SecureRandom());
            JsonNode answer = AdminClient.of(DataOption.orDemo(pool))
                    .ask(AdminClient.request("connector-enroll")
                            .put("name", name)
                            .put(
                                    "request",
                                    Pem.requestText(SigningRequest.make(keys.getPrivate(), keys.getPublic(), name))));
            List<X509Certificate> chain = Pem.certificates(answer.path("chain").asText(), "the pool's answer")
                    .orThrow();
            Pem.writeTogether(out, new TlsIdentity(keys.getPrivate(), chain), List.of());
            writer.println("The identity of " + name + " is in " + out + ", good until "
                    + answer.path("expires").asText() + "; as " + SettledConnector.IDENTITY_FILE
                    + " it belongs into the connector's data directory.");
            writer.flush();
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the identity cannot be written: " + IoReason.of(e),
                    "Name another file: --out FILE.",
                    e);
        }
    }

    /** Only the same connector's identity is replaced: another file may be somebody's. */
    private static void mayReplace(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        boolean same = Pem.readIdentity(file, file) instanceof Result.Ok<TlsIdentity>(TlsIdentity before)
                && name.equals(PeerIdentity.of(before.leaf()).service());
        if (!same) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    file + " is there, and is no identity of connector " + name,
                    "Name another file: --out FILE.");
        }
    }
}
