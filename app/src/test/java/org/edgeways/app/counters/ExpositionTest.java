package org.edgeways.app.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code edgeways counters -o prometheus} gives is what Prometheus takes. */
class ExpositionTest {

    @TempDir
    private Path directory = Path.of(".");

    private String prometheus() {
        StringWriter out = new StringWriter();
        int code = Edgeways.run(
                List.of("counters", "-o", "prometheus", "--data", directory.toString()),
                new PrintWriter(out, true),
                new PrintWriter(out, true));
        assertThat(code).as(out.toString()).isEqualTo(ExitCode.DONE);
        return out.toString();
    }

    @Test
    void poolAndEdgeOfADemoAreOneTextInWhichEachFamilyStandsOnce() throws Exception {
        Path pool = Files.createDirectory(directory.resolve("pool"));
        Path edge = Files.createDirectory(directory.resolve("edge"));
        MicrometerCounters poolCounters = new MicrometerCounters();
        poolCounters.counter("sip_messages_received", "transport", "tls").add(3);
        poolCounters.counter("sip_messages_received", "transport", "wss").add(0);
        poolCounters.gauge("accounts_people", () -> 4);
        MicrometerCounters edgeCounters = new MicrometerCounters();
        edgeCounters.counter("sip_messages_received", "transport", "tls").add(5);
        edgeCounters
                .counter("edge_refused", "reason", "a \\ and a \" and a { brace")
                .increment();
        try (CountersSocket _ = CountersSocket.open(pool, poolCounters);
                CountersSocket _ = CountersSocket.open(edge, edgeCounters)) {
            Map<String, Double> samples = strict(prometheus());
            assertThat(samples)
                    .containsEntry("sip_messages_received_total{part=\"pool\",transport=\"tls\"}", 3.0)
                    .containsEntry("sip_messages_received_total{part=\"pool\",transport=\"wss\"}", 0.0)
                    .containsEntry("sip_messages_received_total{part=\"edge\",transport=\"tls\"}", 5.0)
                    .containsEntry("accounts_people{part=\"pool\"}", 4.0)
                    .containsEntry("edge_refused_total{part=\"edge\",reason=\"a \\\\ and a \\\" and a { brace\"}", 1.0)
                    .containsEntry("accepts_failed_total{part=\"edge\",socket=\"counters.sock\"}", 0.0)
                    .hasSize(7);
        }
    }

    @Test
    void ofAPoolAloneItIsValidToo() throws Exception {
        MicrometerCounters counters = new MicrometerCounters();
        counters.counter("sip_messages_received", "transport", "tls").add(3);
        try (CountersSocket _ = CountersSocket.open(directory, counters)) {
            assertThat(strict(prometheus())).containsEntry("sip_messages_received_total{transport=\"tls\"}", 3.0);
        }
    }

    @Test
    void aGaugeOfANodeThatWasAddedAgainTellsOfTheNewOne() {
        MicrometerCounters counters = new MicrometerCounters();
        counters.gauge("sip_links_open", () -> 0, "edge", "edge1");
        counters.gauge("sip_links_open", () -> 4, "edge", "edge1");

        assertThat(counters.scrape()).contains("sip_links_open{edge=\"edge1\"} 4.0");
    }

    @Test
    void whatACounterIsForIsKept() {
        Exposition joined = new Exposition();
        joined.add("pool", "# HELP links How many.\n# TYPE links gauge\nlinks 1.0\n");
        joined.add("edge", "# HELP links How many.\n# TYPE links gauge\nlinks{} 2.0\n");
        assertThat(joined.text())
                .isEqualTo("# HELP links How many.\n# TYPE links gauge\n"
                        + "links{part=\"pool\"} 1.0\nlinks{part=\"edge\"} 2.0\n");
    }

    @Test
    void theParserOfThisTestTakesNoFamilyTwiceAndNoSampleTwice() {
        String family = "# TYPE links gauge\nlinks{part=\"pool\"} 1.0\n";
        assertThat(strict(family)).hasSize(1);
        assertThatThrownBy(() -> strict(family + family)).hasMessageContaining("twice");
        assertThatThrownBy(() -> strict(family + "links{part=\"pool\"} 2.0\n")).hasMessageContaining("twice");
        assertThatThrownBy(() -> strict("# TYPE a gauge\n# TYPE links gauge\na 1\n"))
                .hasMessageContaining("outside its family");
        assertThatThrownBy(() -> strict("# HELP a  \n# TYPE a gauge\na 1\n")).hasMessageContaining("no text");
        assertThatThrownBy(() -> strict("links 1.0")).hasMessageContaining("line end");
    }

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "(\\{(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\",?)*})? (\\S+)");

    /** The samples of a text in which every family stands once, with its type before its samples, and no sample twice. */
    private static Map<String, Double> strict(String text) {
        assertThat(text).as("line end").endsWith("\n");
        Map<String, Double> samples = new TreeMap<>();
        Set<String> typed = new HashSet<>();
        Set<String> helped = new HashSet<>();
        String current = "";
        for (String line : text.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            if (comment.matches()) {
                boolean help = comment.group(1).equals("HELP");
                assertThat((help ? helped : typed).add(comment.group(2)))
                        .as("twice: %s", line)
                        .isTrue();
                assertThat(help && typed.contains(comment.group(2)))
                        .as("too late: %s", line)
                        .isFalse();
                assertThat(comment.group(3).isBlank()).as("no text: %s", line).isFalse();
                current = comment.group(2);
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as("no sample: %s", line).isTrue();
            assertThat(sample.group(1)).as("outside its family: %s", line).isEqualTo(current);
            assertThat(typed).as("without a type: %s", line).contains(current);
            String labels = sample.group(2) == null ? "" : sample.group(2);
            Double before = samples.put(sample.group(1) + labels, Double.valueOf(sample.group(3)));
            assertThat(before).as("twice: %s", line).isNull();
        }
        return samples;
    }
}
