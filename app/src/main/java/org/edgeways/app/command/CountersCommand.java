package org.edgeways.app.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.edgeways.app.admin.RoleSocket;
import org.edgeways.app.counters.CountersSocket;
import org.edgeways.app.counters.Exposition;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.base.IoReason;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgeways counters}: what a running process has counted. */
@Command(
        name = "counters",
        mixinStandardHelpOptions = true,
        description = "Shows what a running pool, edge or demo has counted.",
        footer = {
            "",
            "Examples:",
            "  edgeways counters",
            "  edgeways counters --all refused",
            "  edgeways counters --data /var/lib/edgeways/pool -o prometheus"
        })
public final class CountersCommand implements Callable<Integer> {

    /** How the counters are printed. */
    enum Form {
        /** For people. */
        TABLE,
        /** A list of objects. */
        JSON,
        /** The Prometheus text format; of a demo with the label {@code part}, since pool and edge count the same things. */
        PROMETHEUS;

        /** Reads the option. */
        static final class Choice extends Words<Form> {
            Choice() {
                super(Form.class);
            }
        }
    }

    private record Sample(String part, String name, Map<String, String> labels, double value) {}

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = DataOption.DESCRIPTION)
    private @Nullable Path data;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            converter = Form.Choice.class,
            description = {
                "table (default), json or prometheus.",
                "Prometheus gets all, zero or not; of a demo with the label part, which is pool or edge."
            })
    private Form form = Form.TABLE;

    @Option(names = "--all", description = "Also those that are zero.")
    private boolean all;

    @Parameters(arity = "0..1", paramLabel = "PART", description = "Only counters with PART in their name or labels.")
    private String filter = "";

    /** Made by the command line. */
    public CountersCommand() {}

    @Override
    public Integer call() {
        Path directory = DataOption.orDemo(data);
        Map<String, String> texts = new LinkedHashMap<>();
        for (String part : List.of("", "pool", "edge")) {
            Path socket = directory.resolve(part).resolve(CountersSocket.FILE_NAME);
            if (RoleSocket.isThere(socket)) {
                texts.put(part, read(socket));
            }
        }
        if (texts.isEmpty()) {
            throw new AppFailure(
                    AppErrorCode.NOT_RUNNING,
                    "nothing is running with its data in " + directory,
                    "Start the demo (edgeways demo), or say where the data is: --data DIR");
        }
        print(texts);
        return ExitCode.DONE;
    }

    private void print(Map<String, String> texts) {
        if (spec == null) {
            throw new IllegalStateException("not made by the command line");
        }
        var out = spec.commandLine().getOut();
        if (form == Form.PROMETHEUS) {
            out.print(prometheus(texts));
            out.flush();
            return;
        }
        List<Sample> matching = new ArrayList<>();
        texts.forEach((part, text) -> text.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> sample(part, line))
                .filter(sample -> (sample.name() + sample.labels()).contains(filter))
                .forEach(matching::add));
        List<Sample> samples =
                matching.stream().filter(sample -> all || sample.value() != 0).toList();
        if (form == Form.JSON) {
            out.println(Output.json(samples));
            return;
        }
        if (samples.isEmpty()) {
            out.println(nothing(matching.size()));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (Sample sample : samples) {
            List<String> labels = new ArrayList<>();
            sample.labels().forEach((key, value) -> labels.add(key + "=" + value));
            rows.add(List.of(sample.part(), sample.name(), String.join(" ", labels), number(sample.value())));
        }
        out.print(Output.table(List.of("PART", "COUNTER", "LABELS", "VALUE"), rows));
        out.flush();
    }

    /** What to say instead of a heading without rows. */
    private String nothing(int zeros) {
        if (zeros == 0) {
            return filter.isEmpty()
                    ? "Nothing has been counted yet."
                    : "No counter has \"" + filter + "\" in its name or labels.";
        }
        return (filter.isEmpty() ? "All counters" : "All counters with \"" + filter + "\"") + " are zero (" + zeros
                + "); --all shows them.";
    }

    private static String prometheus(Map<String, String> texts) {
        Exposition joined = new Exposition();
        texts.forEach(joined::add);
        return joined.text();
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Reads one line of the Prometheus text format: {@code name{key="value",…} number}. */
    private static Sample sample(String part, String line) {
        int space = line.lastIndexOf(' ');
        int brace = line.indexOf('{');
        double value = Double.parseDouble(line.substring(space + 1));
        if (brace < 0) {
            return new Sample(part, line.substring(0, space), Map.of(), value);
        }
        Map<String, String> labels = new LinkedHashMap<>();
        String rest = line.substring(brace + 1, line.lastIndexOf('}'));
        int at = 0;
        while (at < rest.length()) {
            int equals = rest.indexOf("=\"", at);
            int end = equals + 2;
            while (rest.charAt(end) != '"') {
                end += rest.charAt(end) == '\\' ? 2 : 1;
            }
            labels.put(rest.substring(at, equals), rest.substring(equals + 2, end));
            at = end + 2;
        }
        return new Sample(part, line.substring(0, brace), labels, value);
    }

    private static String read(Path socket) {
        try (SocketChannel channel = RoleSocket.connect(socket)) {
            InputStream in = Channels.newInputStream(channel);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.NOT_RUNNING,
                    "nobody answers at " + socket + " (" + IoReason.withoutFile(e) + ")",
                    "It left the socket behind when it died; start it again.",
                    e);
        }
    }
}
