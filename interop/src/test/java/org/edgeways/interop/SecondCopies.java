package org.edgeways.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When a message may come a second time: only if the device's answer to the copy before may not have come to the pool in
 * time, because a process, the connection or the network failed between the moment at which the pool may have sent that copy
 * and the one at which it certainly knew of the answer. A failure at any other time excuses nothing. Times are nanoseconds
 * of one clock.
 */
final class SecondCopies {

    /** The pool waits so long for a device's answer. */
    static final Duration DEVICE_ANSWER = Duration.ofSeconds(10);

    /** What one process has done, another has noticed, and has written to disk, after so long, however busy all are. */
    static final Duration SLACK = Duration.ofSeconds(1);

    /** A request of a device's, and its answer: what the device had answered before has come to the pool. */
    private record Proof(long sent, long answered) {}

    /** When the network was not what it should be. */
    private record Disturbance(long from, long until) {
        boolean meets(long begin, long end) {
            return from - end < 0 && begin - until < 0;
        }
    }

    private final List<Long> kills = new ArrayList<>();
    private final List<Disturbance> disturbances = new ArrayList<>();
    private final Map<String, Long> sessionEnds = new LinkedHashMap<>();
    private final Map<String, List<Proof>> proofs = new LinkedHashMap<>();

    /** A process was killed. */
    void killed(long at) {
        kills.add(at);
    }

    List<Long> kills() {
        return List.copyOf(kills);
    }

    /** The network was cut at that time, and worked again at the other. */
    void disturbed(long from, long until) {
        disturbances.add(new Disturbance(from, until));
    }

    boolean disturbedBetween(long begin, long end) {
        return disturbances.stream().anyMatch(time -> time.meets(begin, end));
    }

    /** A device's connection is over. */
    void sessionEnded(String session, long at) {
        sessionEnds.put(session, at);
    }

    /** The pool has answered a request of that device's. */
    void proven(String session, long sent, long answered) {
        proofs.computeIfAbsent(session, one -> new ArrayList<>()).add(new Proof(sent, answered));
    }

    /**
     * Whether a message may come again after a copy of it.
     *
     * @param session on which connection the copy came
     * @param after it came after that time
     * @param at when the device took it, and answered it if it did
     */
    boolean right(String session, long after, long at, boolean answered) {
        if (!answered || at - after > DEVICE_ANSWER.toNanos()) {
            return true;
        }
        long sent = after - SLACK.toNanos();
        long known = known(session, at);
        Long over = sessionEnds.get(session);
        return over != null && over - known < 0
                || kills.stream().anyMatch(kill -> kill - sent > 0 && kill - known < 0)
                || disturbedBetween(sent, known);
    }

    /** When the pool certainly knew what the device had answered then. */
    private long known(String session, long at) {
        long known = at + DEVICE_ANSWER.toNanos();
        for (Proof proof : proofs.getOrDefault(session, List.of())) {
            long durable = proof.answered() + SLACK.toNanos();
            if (proof.sent() - at > 0 && durable - known < 0) {
                known = durable;
            }
        }
        return known;
    }

    /** In words, for a failure. */
    String between(long first, long second) {
        List<Long> times =
                kills.stream().map(kill -> (kill - first) / 1_000_000).toList();
        return "again after " + (second - first) / 1_000_000 + " ms, kills after " + times + " ms";
    }
}
