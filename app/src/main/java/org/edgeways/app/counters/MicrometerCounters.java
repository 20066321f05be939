package org.edgeways.app.counters;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.edgeways.base.Counters;

/** The counters of all rooms in a Micrometer registry, in the Prometheus text format on request. */
public final class MicrometerCounters implements Counters {

    private record Named(String name, List<String> labels) {}

    private record Bound(io.micrometer.core.instrument.Counter counter) implements Counter {
        @Override
        public void increment() {
            counter.increment();
        }

        @Override
        public void add(long amount) {
            counter.increment((double) amount);
        }
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Named, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Named, LongSupplier> gauges = new ConcurrentHashMap<>();

    /** An empty registry. */
    public MicrometerCounters() {}

    @Override
    public Counter counter(String name, String... labels) {
        return counters.computeIfAbsent(
                new Named(name, List.of(labels)), named -> new Bound(registry.counter(name, Tags.of(labels))));
    }

    @Override
    public void gauge(String name, LongSupplier value, String... labels) {
        // the registry would keep the first of that name for ever, also when what it told of is gone and here again
        Named named = new Named(name, List.of(labels));
        if (gauges.put(named, value) == null) {
            Gauge.builder(name, gauges, all ->
                            (double) Objects.requireNonNull(all.get(named)).getAsLong())
                    .tags(labels)
                    .strongReference(true)
                    .register(registry);
        }
    }

    /** Everything counted so far, in the Prometheus text format, sorted by name. */
    public String scrape() {
        return registry.scrape();
    }
}
