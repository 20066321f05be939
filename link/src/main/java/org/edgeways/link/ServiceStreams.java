package org.edgeways.link;

import java.util.concurrent.ConcurrentHashMap;

/**
 * How many streams each edge node has to each service, on all its connections together. Also on those that it has sent away,
 * so that it has not more by opening new ones. Safe to use from any thread.
 */
final class ServiceStreams {

    private record Asked(String node, String service) {}

    private final int most;
    private final ConcurrentHashMap<Asked, Integer> running = new ConcurrentHashMap<>();

    /** @param most of one node to one service */
    ServiceStreams(int most) {
        this.most = most;
    }

    /** Counts one more, for which {@link #ended} is called once; false if there are as many as there may be. */
    boolean begin(String node, String service) {
        boolean[] begun = new boolean[1];
        running.compute(new Asked(node, service), (_, now) -> {
            int before = now == null ? 0 : now;
            begun[0] = before < most;
            return begun[0] ? Integer.valueOf(before + 1) : now;
        });
        return begun[0];
    }

    /** One of those that were counted is over. */
    void ended(String node, String service) {
        running.computeIfPresent(new Asked(node, service), (_, now) -> now == 1 ? null : now - 1);
    }
}
