package org.edgeways.base;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counters that live in memory only: for tests and for engines run alone. */
public final class InMemoryCounters implements Counters {

    private record Adder(LongAdder adder) implements Counter {
        @Override
        public void increment() {
            adder.increment();
        }

        @Override
        public void add(long amount) {
            adder.add(amount);
        }
    }

    private final Map<String, Adder> counters = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();

    @Override
    public Counter counter(String name, String... labels) {
        return counters.computeIfAbsent(key(name, labels), k -> new Adder(new LongAdder()));
    }

    @Override
    public void gauge(String name, LongSupplier value, String... labels) {
        gauges.put(key(name, labels), value);
    }

    /** The present value of a counter or gauge, zero if it was never used. */
    public long value(String name, String... labels) {
        String key = key(name, labels);
        Adder adder = counters.get(key);
        if (adder != null) {
            return adder.adder().sum();
        }
        LongSupplier gauge = gauges.get(key);
        return gauge == null ? 0 : gauge.getAsLong();
    }

    /** Everything that was counted, by name and labels in the form {@code name{key=value,…}}, sorted. */
    public Map<String, Long> values() {
        Map<String, Long> all = new TreeMap<>();
        counters.forEach((key, adder) -> all.put(key, adder.adder().sum()));
        gauges.forEach((key, gauge) -> all.put(key, gauge.getAsLong()));
        return all;
    }

    private static String key(String name, String... labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException("labels come as keys and values in turn: " + name);
        }
        if (labels.length == 0) {
            return name;
        }
        StringBuilder key = new StringBuilder(name).append('{');
        for (int i = 0; i < labels.length; i += 2) {
            key.append(i == 0 ? "" : ",").append(labels[i]).append('=').append(labels[i + 1]);
        }
        return key.append('}').toString();
    }
}
