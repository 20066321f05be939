package org.edgeways.testkit.fuzz;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs one fuzz target (a class with {@code static void fuzzerTestOneInput(byte[])}) under Jazzer for some time, in a
 * process of its own: Jazzer fuzzes one target per process, and its agent is to stay out of the tests.
 */
public final class FuzzRun {

    /** All targets together take half an hour, unless {@code -Dfuzz.seconds=N} says how long each may take. */
    private static final Duration TOTAL = Duration.ofMinutes(30);

    /** How many targets the tree has, among which that time is divided; {@code FuzzTargetsTest} of {@code architecture} counts them. */
    public static final int TARGETS = 13;

    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofMinutes(3);
    private static final Pattern STATE = Pattern.compile("#(\\d+)\\s+\\w+\\s+cov: (\\d+) ft: (\\d+).*");
    private static final Pattern DONE = Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");

    private final Class<?> target;
    private final Path work;
    private final Duration time;
    private long executions;
    private long coverage;
    private long features;

    /**
     * What came of a run.
     *
     * @param exitCode 0 if nothing was found
     * @param executions how often the target was called
     * @param coverage how many edges of the program were reached
     * @param features as libFuzzer counts them: edges with how often they were passed
     * @param log what Jazzer said; the input that failed lies beside it
     */
    public record Outcome(int exitCode, long executions, long coverage, long features, Path log) {

        /** True if the target held. */
        public boolean held() {
            return exitCode == 0;
        }
    }

    /**
     * A run of {@code target}, which keeps what it finds under {@code directory}, for as long as {@code -Dfuzz.seconds}
     * says.
     */
    public FuzzRun(Class<?> target, Path directory) {
        this.target = target;
        this.work = directory.resolve(target.getSimpleName());
        long seconds = Long.getLong("fuzz.seconds", TOTAL.toSeconds() / TARGETS);
        if (seconds < 1) {
            throw new IllegalArgumentException("fuzz.seconds is at least 1, not " + seconds);
        }
        this.time = Duration.ofSeconds(seconds);
    }

    /**
     * Fuzzes.
     *
     * @param seeds directories of inputs to start from
     * @param out where to tell how it goes, a line each ten seconds and one at the end
     */
    public Outcome run(List<Path> seeds, PrintStream out) throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(work.resolve("corpus"));
        Path log = work.resolve("log.txt");
        Process process = new ProcessBuilder(command(corpus, seeds))
                .redirectErrorStream(true)
                .directory(work.toFile())
                .start();
        long started = System.nanoTime();
        try {
            follow(process, log, started, out);
            if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(target.getSimpleName() + " did not end; see " + log);
            }
        } finally {
            process.destroyForcibly();
        }
        Outcome outcome = new Outcome(process.exitValue(), executions, coverage, features, log);
        say(out, started, outcome.held() ? ", nothing found" : ", FAILED: see " + log);
        return outcome;
    }

    private List<String> command(Path corpus, List<Path> seeds) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=org.edgeways.**",
                "--custom_hook_includes=org.edgeways.**",
                "--reproducer_path=" + work,
                "-artifact_prefix=" + work + "/",
                "-max_total_time=" + time.toSeconds(),
                "-timeout=20",
                "-max_len=8192",
                "-print_final_stats=1",
                corpus.toString()));
        seeds.forEach(seed -> command.add(seed.toString()));
        return command;
    }

    private void follow(Process process, Path log, long started, PrintStream out) throws IOException {
        long told = started;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter copy = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line);
                copy.newLine();
                read(line);
                if (System.nanoTime() - told > PROGRESS_EVERY.toNanos()) {
                    told = System.nanoTime();
                    say(out, started, "");
                }
            }
        }
    }

    private void read(String line) {
        Matcher state = STATE.matcher(line);
        if (state.matches()) {
            executions = Math.max(executions, Long.parseLong(state.group(1)));
            coverage = Long.parseLong(state.group(2));
            features = Long.parseLong(state.group(3));
        }
        Matcher done = DONE.matcher(line);
        if (done.find()) {
            executions = Math.max(executions, Long.parseLong(done.group(1)));
        }
    }

    private void say(PrintStream out, long started, String end) {
        long passed = Duration.ofNanos(System.nanoTime() - started).toSeconds();
        out.println(String.format(
                Locale.ROOT,
                "fuzz: %s %d of %d s, %,d executions, %,d edges%s",
                target.getSimpleName(),
                Math.min(passed, time.toSeconds()),
                time.toSeconds(),
                executions,
                coverage,
                end));
    }
}
