package org.edgeways.link.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.edgeways.base.BackOff;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which connections the inside has and wants to each edge node. Each node has a number of places; each place is in one of
 * these states:
 *
 * <pre>
 * state    event                                          next     output
 * PAUSING  the pause is over                              DIALLING Dial
 * DIALLING opened                                         OPEN     –
 * DIALLING failed                                         PAUSING  –
 * DIALLING {@code connect} over                           PAUSING  Close(DIAL_TIMEOUT)
 * OPEN     closed                                         PAUSING  –
 * OPEN     GOAWAY of the edge node                        PAUSING  – (the connection is now draining), or
 *                                                                  Close(DRAINING_EXHAUSTED) of the oldest that drains
 * any      its address, node or place is no longer wanted –        Drain, at once if open, else when it opens
 * any      the node is removed                            –        Close, also of what is draining
 * </pre>
 *
 * <p>A failure makes the place's next attempt go to the node's next address, and its pauses grow until a connection has
 * lasted for {@code ping}, or for {@code drainLimit} if the edge node ends it by GOAWAY. A connection that drains belongs to
 * no place; after GOAWAY {@value #MOST_AWAY} of a node may drain, or twice as many as it has places; for each one more the
 * oldest is closed: the connections of an edge node that sends GOAWAY again and again are bounded. What is told of an attempt that is no longer
 * known, because it was given up while it was under way, closes it or does nothing.
 *
 * <p>Times are nanoseconds since 1970. Not safe for use by several threads.
 */
public final class DialBook {

    /** Connections of a node with few places that may drain at a time because it has sent them away. */
    static final int MOST_AWAY = 16;

    /** One place of a node: what is open, dialled or waited for there. */
    private final class Place {
        private final Node node;
        private final BackOff backOff = new BackOff(times.firstBackOff(), times.longestBackOff(), random);
        private int address;
        private @Nullable Attempt attempt;
        private long nextDial;

        Place(Node node, long now) {
            this.node = node;
            this.nextDial = now;
        }

        LinkAddress address() {
            List<LinkAddress> all = node.target.addresses();
            return all.get(address % all.size());
        }

        void pause(long now) {
            attempt = null;
            nextDial = now + backOff.pause();
        }
    }

    private enum AttemptState {
        DIALLING,
        OPEN,
        DRAINING
    }

    private static final class Attempt {
        private final long number;
        private final Node node;
        private final LinkAddress address;
        private @Nullable Place place;
        private AttemptState state = AttemptState.DIALLING;
        private boolean sentAway;
        private long since;

        Attempt(long number, Place place, long now) {
            this.number = number;
            this.node = place.node;
            this.place = place;
            this.address = place.address();
            this.since = now;
        }
    }

    private static final class Node {
        private final String name;
        private NodeTarget target;
        private final List<Place> places = new ArrayList<>();
        private NodeState.@Nullable Failure lastFailure;

        Node(String name, NodeTarget target) {
            this.name = name;
            this.target = target;
        }
    }

    private final LinkTimes times;
    private final RandomGenerator random;
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<Long, Attempt> attempts = new TreeMap<>();
    private long lastAttempt;

    /**
     * No nodes yet.
     *
     * @param random for pauses
     */
    public DialBook(LinkTimes times, RandomGenerator random) {
        this.times = times;
        this.random = random;
    }

    /** Wants connections to a node, or others than before. What is open and still right stays open. */
    public List<DialAction> setNode(String name, NodeTarget target, long now) {
        List<DialAction> actions = new ArrayList<>();
        Node node = nodes.computeIfAbsent(name, key -> new Node(key, target));
        boolean anew = node.target.generation() != target.generation();
        boolean elsewhere = !node.target.addresses().equals(target.addresses());
        node.target = target;
        while (node.places.size() > target.connections()) {
            Place gone = node.places.removeLast();
            if (gone.attempt != null) {
                giveUp(gone.attempt, actions);
            }
        }
        for (Place place : node.places) {
            Attempt attempt = place.attempt;
            if (attempt == null
                    ? anew || elsewhere
                    : anew || !target.addresses().contains(attempt.address)) {
                place.backOff.reset();
                place.address = 0;
                place.nextDial = now;
                place.attempt = null;
                if (attempt != null) {
                    giveUp(attempt, actions);
                }
            } else if (attempt != null) {
                place.address = target.addresses().indexOf(attempt.address);
            }
        }
        while (node.places.size() < target.connections()) {
            node.places.add(new Place(node, now));
        }
        actions.addAll(timeout(now));
        return actions;
    }

    /** Ends all connections to a node at once; nothing happens if it is not known. */
    public List<DialAction> removeNode(String name) {
        Node node = nodes.remove(name);
        return node == null ? List.of() : closeAll(node, LinkErrorCode.NODE_REMOVED);
    }

    /** Ends all connections, each once its streams have ended, and dials no more. */
    public List<DialAction> drain() {
        List<DialAction> actions = new ArrayList<>();
        for (Node node : nodes.values()) {
            for (Place place : node.places) {
                if (place.attempt != null) {
                    giveUp(place.attempt, actions);
                }
            }
            node.places.clear();
        }
        return actions;
    }

    private List<DialAction> closeAll(Node node, LinkErrorCode code) {
        List<DialAction> actions = new ArrayList<>();
        for (Iterator<Attempt> all = attempts.values().iterator(); all.hasNext(); ) {
            Attempt attempt = all.next();
            if (attempt.node == node) {
                all.remove();
                actions.add(new DialAction.Close(attempt.number, code));
            }
        }
        return actions;
    }

    /** The attempt belongs to no place any more. One that is dialling may be up at the other end already. */
    private static void giveUp(Attempt attempt, List<DialAction> actions) {
        attempt.place = null;
        if (attempt.state == AttemptState.OPEN) {
            attempt.state = AttemptState.DRAINING;
            actions.add(new DialAction.Drain(attempt.number));
        }
    }

    /** The connection is up: the other end was verified and has sent its first frame. */
    public List<DialAction> opened(long number, long now) {
        Attempt attempt = attempts.get(number);
        if (attempt == null) {
            return List.of(new DialAction.Close(number, LinkErrorCode.SHUT_DOWN));
        }
        if (attempt.state != AttemptState.DIALLING) {
            throw new IllegalStateException("attempt " + number + " was open already");
        }
        attempt.since = now;
        if (attempt.place == null) {
            attempt.state = AttemptState.DRAINING;
            return List.of(new DialAction.Drain(number));
        }
        attempt.state = AttemptState.OPEN;
        return List.of();
    }

    /**
     * The attempt came to nothing.
     *
     * @param reason for a person
     */
    public void failed(long number, LinkErrorCode code, String reason, long now) {
        Attempt attempt = attempts.get(number);
        if (attempt != null && attempt.state == AttemptState.DIALLING) {
            lost(attempt, code, reason, now);
        }
    }

    /** An open connection is closed, for whatever reason. */
    public void closed(long number, LinkErrorCode code, String reason, long now) {
        Attempt attempt = attempts.get(number);
        if (attempt != null) {
            lost(attempt, code, reason, now);
        }
    }

    private void lost(Attempt attempt, LinkErrorCode code, String reason, long now) {
        attempts.remove(attempt.number);
        Place place = attempt.place;
        if (code != LinkErrorCode.DRAINED) {
            attempt.node.lastFailure = new NodeState.Failure(now, attempt.address, code, reason);
        }
        if (place != null) {
            vacate(place, attempt, times.ping(), now);
            place.address++;
        }
    }

    /** @param lasting how long it must have been open, so that the place's pauses begin anew */
    private static void vacate(Place place, Attempt attempt, Duration lasting, long now) {
        if (attempt.state == AttemptState.OPEN && now - attempt.since >= lasting.toNanos()) {
            place.backOff.reset();
        }
        place.pause(now);
    }

    /** The edge node wants no more of that connection: another one takes its place. */
    public List<DialAction> goAway(long number, long now) {
        Attempt attempt = attempts.get(number);
        if (attempt == null || attempt.state != AttemptState.OPEN) {
            return List.of();
        }
        Place place = attempt.place;
        if (place != null) {
            vacate(place, attempt, times.drainLimit(), now);
            attempt.place = null;
        }
        attempt.state = AttemptState.DRAINING;
        attempt.sentAway = true;
        return closeCrowd(attempt.node);
    }

    /** Closes the oldest connections that the node has sent away, beyond as many as it may have. */
    private List<DialAction> closeCrowd(Node node) {
        List<Attempt> away = attempts.values().stream()
                .filter(attempt -> attempt.node == node && attempt.sentAway)
                .toList();
        List<DialAction> actions = new ArrayList<>();
        int most = Math.max(MOST_AWAY, 2 * node.target.connections());
        for (Attempt old : away.subList(0, Math.max(0, away.size() - most))) {
            attempts.remove(old.number);
            actions.add(new DialAction.Close(old.number, LinkErrorCode.DRAINING_EXHAUSTED));
        }
        return actions;
    }

    /** When {@link #timeout} is to be called next. */
    public long nextDeadline() {
        long next = TimerQueue.NEVER;
        for (Node node : nodes.values()) {
            for (Place place : node.places) {
                if (place.attempt == null) {
                    next = Math.min(next, place.nextDial);
                }
            }
        }
        for (Attempt attempt : attempts.values()) {
            if (attempt.state == AttemptState.DIALLING) {
                next = Math.min(next, deadlineOf(attempt));
            }
        }
        return next;
    }

    private long deadlineOf(Attempt attempt) {
        return attempt.since + times.connect().toNanos();
    }

    /** What is due now. */
    public List<DialAction> timeout(long now) {
        List<DialAction> actions = new ArrayList<>();
        for (Attempt late : List.copyOf(attempts.values())) {
            if (late.state == AttemptState.DIALLING && deadlineOf(late) <= now) {
                actions.add(new DialAction.Close(late.number, LinkErrorCode.DIAL_TIMEOUT));
                lost(late, LinkErrorCode.DIAL_TIMEOUT, LinkErrorCode.DIAL_TIMEOUT.meaning(), now);
            }
        }
        for (Node node : nodes.values()) {
            for (Place place : node.places) {
                if (place.attempt == null && place.nextDial <= now) {
                    Attempt attempt = new Attempt(++lastAttempt, place, now);
                    attempts.put(attempt.number, attempt);
                    place.attempt = attempt;
                    actions.add(new DialAction.Dial(attempt.number, node.name, attempt.address));
                }
            }
        }
        return actions;
    }

    /** How it stands with every node, by name. */
    public List<NodeState> states() {
        List<NodeState> states = new ArrayList<>();
        for (Node node : nodes.values()) {
            states.add(new NodeState(
                    node.name,
                    node.target.connections(),
                    connections(node, AttemptState.OPEN),
                    connections(node, AttemptState.DRAINING),
                    Optional.ofNullable(node.lastFailure)));
        }
        return states;
    }

    private List<NodeState.Open> connections(Node node, AttemptState state) {
        return attempts.values().stream()
                .filter(attempt -> attempt.node == node && attempt.state == state)
                .map(attempt -> new NodeState.Open(attempt.number, attempt.address, attempt.since))
                .sorted((a, b) -> Long.compare(a.attempt(), b.attempt()))
                .toList();
    }
}
