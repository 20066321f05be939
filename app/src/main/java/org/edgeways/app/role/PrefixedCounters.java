package org.edgeways.app.role;

import java.util.function.LongSupplier;
import org.edgeways.base.Counters;

/**
 * Counters under other names, for a part of which a process has two.
 *
 * @param prefix before each name
 */
record PrefixedCounters(String prefix, Counters counters) implements Counters {

    @Override
    public Counter counter(String name, String... labels) {
        return counters.counter(prefix + name, labels);
    }

    @Override
    public void gauge(String name, LongSupplier value, String... labels) {
        counters.gauge(prefix + name, value, labels);
    }
}
