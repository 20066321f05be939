package org.edgeways.app.counters;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several parts of one process have counted, joined into one text in the Prometheus format: each family once, with
 * the samples of all parts together, and on every sample the label {@code part} that tells them apart.
 */
public final class Exposition {

    private static final class Family {
        private String help = "";
        private String type = "untyped";
        private final List<String> samples = new ArrayList<>();
    }

    private final Map<String, Family> families = new TreeMap<>();

    /** Nothing yet. */
    public Exposition() {}

    /**
     * Adds what one part said.
     *
     * @param part the label's value, such as {@code edge}, without quotes and backslashes; empty for no label
     * @param text in the Prometheus text format, the samples of a family below its {@code # TYPE}
     */
    public void add(String part, String text) {
        @Nullable Family current = null;
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (words.length > 2 && (line.startsWith("# HELP ") || line.startsWith("# TYPE "))) {
                current = families.computeIfAbsent(words[2], name -> new Family());
                String rest = words.length > 3 ? words[3].strip() : "";
                if (words[1].equals("HELP")) {
                    current.help = rest;
                } else {
                    current.type = rest;
                }
            } else if (!line.isBlank() && !line.startsWith("#")) {
                Family family = current != null
                        ? current
                        : families.computeIfAbsent(line.split("[{ ]", 2)[0], name -> new Family());
                family.samples.add(labelled(part, line));
            }
        }
    }

    private static String labelled(String part, String sample) {
        if (part.isEmpty()) {
            return sample;
        }
        String label = "part=\"" + part + "\"";
        int brace = sample.indexOf('{');
        int space = sample.indexOf(' ');
        if (brace >= 0 && brace < space) {
            String rest = sample.substring(brace + 1);
            return sample.substring(0, brace + 1) + label + (rest.startsWith("}") ? "" : ",") + rest;
        }
        return sample.substring(0, space) + "{" + label + "}" + sample.substring(space);
    }

    /** All of it, the families in the order of their names. */
    public String text() {
        StringBuilder text = new StringBuilder();
        families.forEach((name, family) -> {
            if (!family.help.isEmpty()) {
                text.append("# HELP ")
                        .append(name)
                        .append(' ')
                        .append(family.help)
                        .append('\n');
            }
            text.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
            family.samples.forEach(sample -> text.append(sample).append('\n'));
        });
        return text.toString();
    }
}
