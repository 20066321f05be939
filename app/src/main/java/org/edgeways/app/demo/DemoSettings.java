package org.edgeways.app.demo;

import java.nio.file.Path;
import java.util.List;

/**
 * How to run the demo.
 *
 * @param data where it keeps its data
 * @param fresh forget what earlier runs left there
 * @param ports where it listens, on loopback
 * @param digestAlgorithms what the pool offers, best first, by their names of RFC 8760
 * @param presenceDefault what holds for watchers about whom nothing is decided: {@code allow}, {@code ask} or {@code block}
 * @param quiet only errors go to standard error, not warnings: a check provokes those
 */
public record DemoSettings(
        Path data,
        boolean fresh,
        DemoPorts ports,
        List<String> digestAlgorithms,
        String presenceDefault,
        boolean quiet) {

    /** The file of the settings directory that {@code edgeways demo --check} writes settings of its own into. */
    public static final String CHECK_FILE = "check.yaml";

    public DemoSettings {
        digestAlgorithms = List.copyOf(digestAlgorithms);
    }
}
