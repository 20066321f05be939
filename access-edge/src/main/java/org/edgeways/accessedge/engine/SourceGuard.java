package org.edgeways.accessedge.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.edgeways.base.Counters;
import org.edgeways.base.SourceNetwork;

/**
 * What each source network has used up: its request rate and, apart from each other, its budgets of failed credentials
 * and of scanning. A budget that is used up bans the network, each time for twice as long. Accounts are never locked.
 * Both tables are bounded. Safe for use by several threads.
 */
public final class SourceGuard {

    /** Told when a ban begins. */
    public interface BanListener {
        /**
         * A ban has begun.
         *
         * @param cause which budget was used up
         * @param time how long it lasts
         * @param times which ban in a row this is, from 1
         */
        void banned(SourceNetwork source, Cause cause, Duration time, int times, long now);
    }

    /** Which budget was used up. */
    public enum Cause {
        /** Failed credentials. */
        CREDENTIALS("credentials"),
        /** Refused requests of connections on which nobody is signed in, and input that is no SIP. */
        SCAN("scan");

        private final String label;

        Cause(String label) {
            this.label = label;
        }

        /** As it stands in log and counters. */
        public String label() {
            return label;
        }
    }

    private static final double NANOS_PER_SECOND = 1e9;

    /** Leaky buckets: levels that sink with time. */
    private static final class Usage {
        private double requests;
        private double credentials;
        private double scans;
        private long at;
    }

    private static final class Ban {
        private long until;
        private int times;
    }

    private EdgeLimits limits;
    private final BanListener listener;
    private final Counters counters;
    private final LinkedHashMap<SourceNetwork, Usage> usages = new LinkedHashMap<>(64, 0.75f, true);
    private final LinkedHashMap<SourceNetwork, Ban> bans = new LinkedHashMap<>(64, 0.75f, true);

    /** Nobody is known yet. */
    public SourceGuard(EdgeLimits limits, BanListener listener, Counters counters) {
        this.limits = limits;
        this.listener = listener;
        this.counters = counters;
        counters.gauge("access_edge_sources", this::sources);
        counters.gauge("access_edge_bans_remembered", this::bansRemembered);
    }

    /** Holds to other limits from now on; what was used up stays so, and bans last as long as they were said to. */
    public synchronized void use(EdgeLimits next) {
        limits = next;
        shorten(usages, next.sources());
        shorten(bans, next.bans());
    }

    private static void shorten(Map<SourceNetwork, ?> table, int limit) {
        Iterator<SourceNetwork> eldest = table.keySet().iterator();
        for (int left = table.size() - limit; left > 0; left--) {
            eldest.next();
            eldest.remove();
        }
    }

    /** Counts one request; false if it is past the rate. */
    public synchronized boolean admitRequest(SourceNetwork source, long now) {
        Usage usage = usage(source, now);
        if (usage.requests + 1 > limits.requestBurst()) {
            return false;
        }
        usage.requests++;
        return true;
    }

    /**
     * Counts credentials that the inside refused.
     *
     * @param count how many the refused request held
     */
    public void credentialsFailed(SourceNetwork source, int count, long now) {
        counters.counter("access_edge_credentials_failed").add(count);
        count(source, Cause.CREDENTIALS, count, now);
    }

    /** Counts something that only a scanner sends. */
    public void scanned(SourceNetwork source, long now) {
        counters.counter("access_edge_scan_requests").increment();
        count(source, Cause.SCAN, 1, now);
    }

    /** True while a ban lasts. */
    public synchronized boolean isBanned(SourceNetwork source, long now) {
        Ban ban = bans.get(source);
        return ban != null && now < ban.until;
    }

    /** How many source networks are remembered. */
    public synchronized int sources() {
        return usages.size();
    }

    /** How many bans are remembered, past ones that are not forgiven yet among them. */
    public synchronized int bansRemembered() {
        return bans.size();
    }

    private void count(SourceNetwork source, Cause cause, int count, long now) {
        Duration time;
        int times;
        synchronized (this) {
            Usage usage = usage(source, now);
            boolean within = switch (cause) {
                case CREDENTIALS -> (usage.credentials += count) <= limits.failedCredentials();
                case SCAN -> (usage.scans += count) <= limits.scanRequests();
            };
            if (within || isBanned(source, now)) {
                return;
            }
            usage.credentials = 0;
            usage.scans = 0;
            Ban ban = remembered(bans, source, limits.bans(), "bans", Ban::new);
            ban.times = now - ban.until > limits.forgiveness().toNanos() ? 1 : ban.times + 1;
            time = banTime(ban.times);
            times = ban.times;
            ban.until = now + time.toNanos();
        }
        counters.counter("access_edge_bans", "cause", cause.label()).increment();
        listener.banned(source, cause, time, times, now);
    }

    private Duration banTime(int times) {
        Duration time = limits.firstBan();
        for (int i = 1; i < times && time.compareTo(limits.longestBan()) < 0; i++) {
            time = time.multipliedBy(2);
        }
        return time.compareTo(limits.longestBan()) < 0 ? time : limits.longestBan();
    }

    private Usage usage(SourceNetwork source, long now) {
        Usage usage = remembered(usages, source, limits.sources(), "sources", Usage::new);
        double seconds = Math.max(0, now - usage.at) / NANOS_PER_SECOND;
        double windows = seconds / (limits.window().toNanos() / NANOS_PER_SECOND);
        usage.requests = Math.max(0, usage.requests - seconds * limits.requestsPerSecond());
        usage.credentials = Math.max(0, usage.credentials - windows * limits.failedCredentials());
        usage.scans = Math.max(0, usage.scans - windows * limits.scanRequests());
        usage.at = now;
        return usage;
    }

    private <T> T remembered(
            Map<SourceNetwork, T> table,
            SourceNetwork source,
            int limit,
            String name,
            java.util.function.Supplier<T> fresh) {
        T known = table.get(source);
        if (known != null) {
            return known;
        }
        if (table.size() >= limit) {
            table.remove(table.keySet().iterator().next());
            counters.counter("access_edge_table_full", "table", name).increment();
        }
        T added = fresh.get();
        table.put(source, added);
        return added;
    }
}
