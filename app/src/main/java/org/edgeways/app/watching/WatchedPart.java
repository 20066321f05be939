package org.edgeways.app.watching;

import java.util.List;
import java.util.function.Supplier;

/**
 * A part of this process that can be watched.
 *
 * @param name {@code edge} or {@code pool}
 * @param counters everything that it has counted, in the Prometheus text format
 * @param notReady why it cannot serve at the moment, a sentence each; none if it can
 */
public record WatchedPart(String name, Supplier<String> counters, Supplier<List<String>> notReady) {}
