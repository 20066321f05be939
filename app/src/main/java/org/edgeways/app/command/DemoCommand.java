package org.edgeways.app.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.edgeways.app.check.DemoCheck;
import org.edgeways.app.check.Outcome;
import org.edgeways.app.demo.Demo;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.app.demo.DemoPorts;
import org.edgeways.app.demo.DemoSettings;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.app.logs.Logs;
import org.edgeways.base.IoReason;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code edgeways demo}: an organisation on loopback, and its check. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs an inside and a perimeter on loopback, with people to sign in as.",
            "Organisation acorn.example; alice, bob and carol may sign in from outside, dave inside only."
        },
        footer = {
            "",
            "Examples:",
            "  edgeways demo",
            "  edgeways demo --check",
            "  edgeways demo --data /tmp/acorn --port-base 18443 --digest SHA-256,MD5",
            "",
            "When ready, DIR/demo.json (mode 0600) tells scripts where to connect and as whom. Its settings are in",
            "DIR/settings: change a file, and edgeways status shows when the edge has got it.",
            "SIGINT and SIGTERM stop it cleanly.",
            "",
            "Exit codes: 0 stopped, or every check passed; 1 it could not start, or a check failed; 2 wrong usage."
        })
public final class DemoCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where it keeps its data between runs (default: demo under the build directory, with"
                    + " --check demo-check).")
    private @Nullable Path data;

    @Option(names = "--fresh", description = "Forgets what earlier runs left in DIR.")
    private boolean fresh;

    @Option(
            names = "--port-base",
            paramLabel = "N",
            description = "Listens on N (clients outside), N+1 (counters and health), N+2 (the edge's inside leg) and"
                    + " N+3 (the pool) instead of 8443, 9464, 8445 and 9061.")
    private @Nullable Integer portBase;

    @Option(
            names = "--digest",
            split = ",",
            paramLabel = "NAME",
            description = "Digest algorithms that the pool offers, of MD5, SHA-256 and SHA-512-256 (default: MD5, the"
                    + " only one that every softphone knows).")
    private List<String> digest = List.of("MD5");

    @Option(
            names = "--presence",
            paramLabel = "WORD",
            description = "What holds for a watcher about whom a person has decided nothing: allow (default), ask or"
                    + " block. Decide with edgeways user watcher.")
    private String presence = "allow";

    @Option(names = "--check", description = "Plays the main scenarios against it, tells how each went, and stops.")
    private boolean check;

    /** Made by the command line. */
    public DemoCommand() {}

    @Override
    public Integer call() {
        CommandSpec command = spec;
        if (command == null) {
            throw new IllegalStateException("not made by the command line");
        }
        DemoSettings settings = settings(command);
        PrintWriter out = command.commandLine().getOut();
        Demo demo = Demo.start(settings);
        try (Lifetime lifetime = Lifetime.of("The demo", demo::close, check ? ExitCode.FAILED : ExitCode.DONE, out)) {
            if (check) {
                return check(demo.description(), out);
            }
            out.print(DemoTable.of(demo.description()));
            out.flush();
            lifetime.await();
            return ExitCode.DONE;
        }
    }

    private DemoSettings settings(CommandSpec command) {
        for (String name : digest) {
            if (DigestAlgorithm.ofToken(name).isEmpty()) {
                throw new ParameterException(
                        command.commandLine(), "--digest: " + name + " is none of MD5, SHA-256 and SHA-512-256");
            }
        }
        if (Arrays.stream(PresenceDefault.values()).noneMatch(one -> one.word().equals(presence))) {
            throw new ParameterException(
                    command.commandLine(), "--presence: " + presence + " is none of allow, ask and block");
        }
        Integer base = portBase;
        if (base != null && (base < 1 || base > DemoPorts.GREATEST_BASE)) {
            throw new ParameterException(
                    command.commandLine(), "--port-base must be from 1 to " + DemoPorts.GREATEST_BASE);
        }
        Path directory = data != null ? data : DataOption.demoDefault();
        if (check && data == null) {
            directory = directory.resolveSibling("demo-check");
        }
        return new DemoSettings(
                directory,
                fresh || check && data == null,
                base == null ? DemoPorts.USUAL : DemoPorts.from(base),
                digest,
                presence,
                check);
    }

    private static int check(DemoDescription demo, PrintWriter out) {
        out.println("Checking the demo of " + demo.organisation() + " through its real listeners");
        try {
            List<Outcome> outcomes = new DemoCheck(demo).run(outcome -> {
                out.println(outcome.line());
                out.flush();
            });
            long failed = outcomes.stream().filter(outcome -> !outcome.isOk()).count();
            out.println(outcomes.size() - failed + " ok, " + failed + " failed");
            if (failed > 0) {
                out.println("The log is in " + demo.dataDirectory() + "/" + Logs.FILE_NAME);
            }
            return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.START_FAILED,
                    "the check's clients cannot start: " + IoReason.of(e),
                    "Look at the log.",
                    e);
        }
    }
}
