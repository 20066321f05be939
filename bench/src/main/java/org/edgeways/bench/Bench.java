package org.edgeways.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.bench.report.Report;
import org.edgeways.bench.server.Workbench;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program behind {@code ./edgeways bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the product beside other servers.",
        subcommands = {Bench.Sip.class, Bench.Turn.class})
public final class Bench {

    private static final int FAILED = 1;

    Bench() {}

    /** Runs it and exits with 0, 1 if something failed, 2 for wrong usage. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        CommandLine line = new CommandLine(new Bench()).setOut(out).setErr(err).setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (!(exception instanceof IOException)) {
                throw exception;
            }
            err.println("edgeways: " + exception.getMessage());
            return FAILED;
        });
        int code = line.execute(arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }

    enum Form {
        TEXT,
        JSON
    }

    /** A number and its unit, s, m or h. */
    static final class TimeConverter implements CommandLine.ITypeConverter<Duration> {

        private static final Pattern TIME = Pattern.compile("(\\d{1,5})([smh])");

        TimeConverter() {}

        @Override
        public Duration convert(String value) {
            Matcher found = TIME.matcher(value);
            if (!found.matches() || Integer.parseInt(found.group(1)) == 0) {
                throw new CommandLine.TypeConversionException("'" + value + "' is no time such as 30s or 10m");
            }
            return Duration.parse("PT" + found.group(1) + found.group(2).toUpperCase(Locale.ROOT));
        }
    }

    /** {@code bench sip}. */
    @Command(
            name = "sip",
            mixinStandardHelpOptions = true,
            description = {
                "Our edge, alone, beside Kamailio doing the same, in turns: messages and calls per second of processor time,",
                "latency at half load, memory per idle connection; and sign-ins per second at edge and pool together."
            },
            footer = {"", "Example:", "  ./edgeways bench sip --quick"})
    static final class Sip implements Callable<Integer> {

        private static final Set<String> MEASURES = Set.of("message", "call", "websocket", "tcp", "sign-in", "memory");
        private static final Set<String> ALLOCATORS = Set.of("fm", "tlsf", "qm");

        @Spec
        private @Nullable CommandSpec spec;

        @Option(names = "--quick", description = "Short runs and small numbers: shows that it works, proves nothing.")
        private boolean quick;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORM",
                defaultValue = "text",
                description = "text or json.")
        private Form form = Form.TEXT;

        @Option(names = "--rounds", paramLabel = "N", description = "Default 5.")
        private int rounds;

        @Option(names = "--seconds", paramLabel = "N", description = "Of each run; default 10.")
        private int seconds;

        @Option(names = "--warm-up", paramLabel = "SECONDS", description = "At least; default 60.")
        private int warmUp;

        @Option(
                names = "--callers",
                paramLabel = "N",
                defaultValue = "400",
                description = "Connections of callers, each of another person and from an address of its own; the edge"
                        + " takes 200 requests a second from each; default 400.")
        private int callers = 400;

        @Option(
                names = "--only",
                split = ",",
                paramLabel = "MEASURE",
                description = "message, call, websocket, tcp, sign-in, memory; default all.")
        private List<String> only = List.of();

        @Option(names = "--kamailio-workers", paramLabel = "N", defaultValue = "1", description = "Default 1.")
        private int kamailioWorkers = 1;

        @Option(
                names = "--kamailio-allocator",
                paramLabel = "NAME",
                defaultValue = "fm",
                description = "Its memory manager: fm, tlsf or qm; default fm.")
        private String kamailioAllocator = "fm";

        @Option(names = "--edge-java-options", paramLabel = "OPTIONS", description = "More options for the edge's JVM.")
        private String edgeJavaOptions = "";

        @Override
        public Integer call() throws IOException {
            CommandLine line = spec().commandLine();
            for (String each : only) {
                if (!MEASURES.contains(each)) {
                    throw new CommandLine.ParameterException(line, "--only: there is no measure " + each);
                }
            }
            if (callers < 1) {
                throw new CommandLine.ParameterException(line, "--callers: one at least");
            }
            if (!ALLOCATORS.contains(kamailioAllocator)) {
                throw new CommandLine.ParameterException(
                        line, "--kamailio-allocator: there is no " + kamailioAllocator + "; fm, tlsf or qm");
            }
            if (Runtime.getRuntime().availableProcessors() < 2) {
                throw new IOException("two processors are needed: one for the server, one for the generator");
            }
            Plan plan = new Plan(
                    rounds > 0 ? rounds : quick ? 2 : 5,
                    Duration.ofSeconds(seconds > 0 ? seconds : quick ? 3 : 10),
                    Duration.ofSeconds(warmUp > 0 ? warmUp : quick ? 6 : 60),
                    quick ? 0 : 300_000,
                    callers,
                    quick ? List.of(500) : List.of(1_000, 10_000),
                    kamailioWorkers,
                    kamailioAllocator,
                    Set.copyOf(only),
                    edgeJavaOptions);
            Path target = Path.of(System.getProperty("edgeways.target", "target"));
            Path launcher = Path.of(System.getProperty("edgeways.launcher", "./edgeways"));
            Report report =
                    new SipBench(plan, new Workbench(target.resolve("bench")), launcher, line.getErr()::println).run();
            line.getOut().println(form == Form.JSON ? report.json() : report.text());
            return 0;
        }

        private CommandSpec spec() {
            if (spec == null) {
                throw new IllegalStateException("made by the command line");
            }
            return spec;
        }
    }

    /** {@code bench turn}. */
    @Command(
            name = "turn",
            mixinStandardHelpOptions = true,
            description = {
                "Our A/V Edge beside coturn, in turns: packets relayed per second of processor time, with latency, between clients",
                "and a peer, between clients that are both relayed, and in bursts; the highest rate, times at half of it, pauses,",
                "memory per allocation; and coturn's own client as a second generator."
            },
            footer = {
                "",
                "Examples:",
                "  ./edgeways bench turn --quick",
                "  ./edgeways bench turn --only pauses --pauses 10m"
            })
    static final class Turn implements Callable<Integer> {

        @Spec
        private @Nullable CommandSpec spec;

        @Option(names = "--quick", description = "Short runs and small numbers: shows that it works, proves nothing.")
        private boolean quick;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORM",
                defaultValue = "text",
                description = "text or json.")
        private Form form = Form.TEXT;

        @Option(names = "--rounds", paramLabel = "N", description = "Default 5.")
        private int rounds;

        @Option(names = "--seconds", paramLabel = "N", description = "Of each run; default 5.")
        private int seconds;

        @Option(names = "--warm-up", paramLabel = "SECONDS", description = "Default 20.")
        private int warmUp;

        @Option(names = "--allocations", paramLabel = "N", description = "An even number; default 200.")
        private int allocations;

        @Option(
                names = "--many",
                paramLabel = "N",
                description = "Allocations where there are many; an even number; default 1000.")
        private int many;

        @Option(
                names = "--pauses",
                paramLabel = "TIME",
                converter = TimeConverter.class,
                description = "How long a steady stream is watched, such as 30s or 10m; default 15s.")
        private @Nullable Duration pauses;

        @Option(
                names = "--rate",
                paramLabel = "PACKETS",
                defaultValue = "20000",
                description =
                        "What clients send in a second where they are paced; each packet comes back. Default 20000.")
        private double rate = 20_000;

        @Option(
                names = "--only",
                split = ",",
                paramLabel = "MEASURE",
                description =
                        "saturated, large, paced, pairs, bursts, many, rate, half, uclient, pauses, memory; default all.")
        private List<String> only = List.of();

        @Option(names = "--edge-java-options", paramLabel = "OPTIONS", description = "More options for the edge's JVM.")
        private String edgeJavaOptions = "";

        @Override
        public Integer call() throws IOException {
            if (spec == null) {
                throw new IllegalStateException("made by the command line");
            }
            CommandLine line = spec.commandLine();
            for (String each : only) {
                if (!TurnBench.MEASURES.contains(each)) {
                    throw new CommandLine.ParameterException(line, "--only: there is no measure " + each);
                }
            }
            if (allocations % 2 != 0 || many % 2 != 0) {
                throw new CommandLine.ParameterException(line, "--allocations, --many: an even number");
            }
            if (Runtime.getRuntime().availableProcessors() < 2) {
                throw new IOException("two processors are needed: one for the server, one for the generator");
            }
            TurnBench.Plan plan = new TurnBench.Plan(
                    rounds > 0 ? rounds : quick ? 1 : 5,
                    Duration.ofSeconds(seconds > 0 ? seconds : quick ? 1 : 5),
                    Duration.ofSeconds(warmUp > 0 ? warmUp : quick ? 4 : 20),
                    allocations > 0 ? allocations : quick ? 50 : 200,
                    rate,
                    many > 0 ? many : quick ? 100 : 1_000,
                    quick ? List.of(300) : List.of(1_000, 3_000),
                    pauses != null ? pauses : Duration.ofSeconds(quick ? 2 : 15),
                    Set.copyOf(only),
                    edgeJavaOptions);
            Path target = Path.of(System.getProperty("edgeways.target", "target"));
            Report report = new TurnBench(plan, target.resolve("bench"), line.getErr()::println).run();
            line.getOut().println(form == Form.JSON ? report.json() : report.text());
            return 0;
        }
    }
}
