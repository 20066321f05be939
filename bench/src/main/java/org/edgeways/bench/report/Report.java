package org.edgeways.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All that one run of the benchmark found out, as text and as JSON. */
public final class Report {

    /** Smaller numbers are written with digits behind the point. */
    private static final double FEW = 1_000;

    private final Map<String, String> circumstances = new LinkedHashMap<>();
    private final List<Measured> measured = new ArrayList<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<Memory> memory = new ArrayList<>();

    /** Nothing yet. */
    public Report() {}

    /** How it was measured: versions, cipher, load average. */
    public void note(String name, String value) {
        circumstances.put(name, value);
    }

    /** Adds a measure. */
    public void add(Measured each) {
        measured.add(each);
    }

    /** Adds a number of each round. */
    public void add(Reading each) {
        readings.add(each);
    }

    /** Adds a reading of memory. */
    public void add(Memory each) {
        memory.add(each);
    }

    /** For people. */
    public String text() {
        StringBuilder out = new StringBuilder();
        circumstances.forEach(
                (name, value) -> out.append(name).append(": ").append(value).append('\n'));
        out.append("\nmin / median / max of the runs\n");
        for (Measured each : measured) {
            line(out, each);
        }
        for (Measured ours : measured) {
            for (Measured theirs : measured) {
                if (ours.measure().equals(theirs.measure()) && measured.indexOf(ours) < measured.indexOf(theirs)) {
                    out.append(String.format(
                            Locale.ROOT,
                            "%-22s %s / %s per CPU-second, pair by pair: %s%n",
                            ours.measure(),
                            ours.server(),
                            theirs.server(),
                            Spread.ratio(ours.samples(), theirs.samples(), Sample::perCpuSecond)
                                    .text(2)));
                }
            }
        }
        readings(out);
        for (Memory each : memory) {
            out.append(String.format(
                    Locale.ROOT,
                    "memory                 %-10s %,6d idle connections: %,.1f MiB resident, %.1f KiB each%n",
                    each.server(),
                    each.connections(),
                    each.mebibytes(),
                    each.kibPerConnection()));
        }
        return out.toString();
    }

    private void readings(StringBuilder out) {
        for (Reading each : readings) {
            int digits = each.spread().max() < FEW ? 2 : 0;
            out.append(String.format(
                    Locale.ROOT,
                    "%-22s %-10s %s: %s%n",
                    each.measure(),
                    each.server(),
                    each.unit(),
                    each.spread().text(digits)));
        }
        for (Reading ours : readings) {
            for (Reading theirs : readings) {
                if (ours.measure().equals(theirs.measure()) && readings.indexOf(ours) < readings.indexOf(theirs)) {
                    out.append(String.format(
                            Locale.ROOT,
                            "%-22s %s / %s, pair by pair: %s%n",
                            ours.measure(),
                            ours.server(),
                            theirs.server(),
                            ours.ratio(theirs).text(2)));
                }
            }
        }
    }

    private static void line(StringBuilder out, Measured each) {
        out.append(String.format(
                Locale.ROOT,
                "%-22s %-10s per CPU-s %s | per s %s | p50 ms %s | p99 ms %s%s%n",
                each.measure(),
                each.server(),
                each.perCpuSecond().text(0),
                each.perSecond().text(0),
                millis(each.p50Micros()).text(2),
                millis(each.p99Micros()).text(2),
                remarks(each)));
    }

    private static Spread millis(Spread micros) {
        return new Spread(micros.min() / 1000, micros.median() / 1000, micros.max() / 1000);
    }

    private static String remarks(Measured each) {
        StringBuilder remarks = new StringBuilder();
        if (each.samples().stream().anyMatch(Sample::generatorWasBusy)) {
            remarks.append(" | generator over 90% of its CPU");
        }
        long bad = each.samples().stream()
                .filter(sample -> !sample.isResult() && !sample.ranIntoALimit())
                .count();
        if (bad > 0) {
            remarks.append(" | NO RESULT: ").append(bad).append(" runs lost more than 0.1%");
        }
        double[] refused = each.samples().stream()
                .filter(Sample::ranIntoALimit)
                .mapToDouble(Sample::refusedRatio)
                .toArray();
        if (refused.length > 0) {
            remarks.append(String.format(
                    Locale.ROOT,
                    " | NO RESULT: %d runs ran into a limit of the server, which refused up to %.1f%% with 503",
                    refused.length,
                    100 * Arrays.stream(refused).max().orElseThrow()));
        }
        double lag =
                each.samples().stream().mapToDouble(Sample::lagP99Micros).max().orElse(0);
        if (lag > 0) {
            remarks.append(String.format(Locale.ROOT, " | generator's lag p99 up to %.2f ms", lag / 1000));
        }
        return remarks.toString();
    }

    /** For programs. */
    public String json() {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        circumstances.forEach(root.putObject("circumstances")::put);
        ArrayNode all = root.putArray("measured");
        for (Measured each : measured) {
            ObjectNode node = all.addObject().put("measure", each.measure()).put("server", each.server());
            node.set("perCpuSecond", json.valueToTree(each.perCpuSecond()));
            node.set("perSecond", json.valueToTree(each.perSecond()));
            node.set("samples", json.valueToTree(each.samples()));
        }
        root.set("readings", json.valueToTree(readings));
        root.set("memory", json.valueToTree(memory));
        try {
            return json.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report that is no JSON", e);
        }
    }
}
