package org.edgeways.link.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.edgeways.base.BackOff;
import org.edgeways.base.TimerQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which connections the edge has from each inside, which of them a new stream takes, and on which one the control stream
 * runs.
 *
 * <p><b>Streams.</b> With two or more usable connections of one inside, one in four (at least one) is a <em>bulk
 * lane</em>; the others carry interactive streams. A stream takes the connection of its class with the fewest streams. If
 * the interactive ones are full, an interactive stream takes a bulk lane. A bulk stream never goes beside interactive ones
 * while there is a connection without; it is refused instead. When lanes come or go, the connection that carries the
 * fewest interactive streams becomes the bulk lane; one that still carries some is exchanged for one that is free of them. The last stream of every connection's limit is kept for control.
 *
 * <p><b>Control</b>, for each inside:
 *
 * <pre>
 * state   event                                        next    output
 * NONE    a connection comes up                        OPENING OpenControl
 * OPENING controlOpened                                UP      –
 * OPENING controlEnded                                 PAUSING –
 * PAUSING the pause is over, and there is a connection OPENING OpenControl
 * OPENING, UP its connection is closed                 OPENING OpenControl on another, else NONE
 * OPENING, UP its connection drains, there is another  OPENING CloseControl, OpenControl
 * UP      controlEnded                                 PAUSING –
 * </pre>
 *
 * <p>Times are nanoseconds since 1970. Not safe for use by several threads.
 */
public final class AcceptBook {

    /** Of how many connections one is a bulk lane. */
    public static final int CONNECTIONS_FOR_EACH_BULK_LANE = 4;

    private enum ControlState {
        NONE,
        PAUSING,
        OPENING,
        UP
    }

    private static final class Connection {
        private final long number;
        private final Inside inside;
        private int limit;
        private boolean usable = true;
        private boolean bulkLane;
        private int interactive;
        private int bulk;
        private boolean control;

        Connection(long number, Inside inside, int limit) {
            this.number = number;
            this.inside = inside;
            this.limit = limit;
        }

        boolean hasRoom() {
            return interactive + bulk < limit - 1;
        }

        int streams(TrafficClass type) {
            return switch (type) {
                case INTERACTIVE -> interactive;
                case BULK -> bulk;
            };
        }

        void count(TrafficClass type, int change) {
            switch (type) {
                case INTERACTIVE -> interactive += change;
                case BULK -> bulk += change;
            }
            if (interactive < 0 || bulk < 0) {
                throw new IllegalStateException("more streams ended than were opened");
            }
        }
    }

    private final class Inside {
        private final String name;
        private final List<Connection> connections = new ArrayList<>();
        private final BackOff backOff = new BackOff(times.firstBackOff(), times.longestBackOff(), random);
        private ControlState state = ControlState.NONE;
        private @Nullable Connection control;
        private long controlSince;

        Inside(String name) {
            this.name = name;
        }

        List<Connection> usable() {
            return connections.stream().filter(c -> c.usable).toList();
        }

        int streams() {
            return connections.stream().mapToInt(c -> c.interactive + c.bulk).sum();
        }
    }

    private final LinkTimes times;
    private final RandomGenerator random;
    private final int mostConnections;
    private final Map<String, Inside> insides = new TreeMap<>();
    private final Map<Long, Connection> connections = new HashMap<>();

    /**
     * No connections yet.
     *
     * @param mostConnections that one inside may have open here
     * @param random for pauses
     */
    public AcceptBook(LinkTimes times, int mostConnections, RandomGenerator random) {
        this.times = times;
        this.mostConnections = mostConnections;
        this.random = random;
    }

    /** Whether one more connection of that inside would be taken. */
    public boolean accepts(String inside) {
        Inside known = insides.get(inside);
        return known == null || known.connections.size() < mostConnections;
    }

    /**
     * A connection is up.
     *
     * @param number not used before
     * @param limit how many streams it may carry, at least one
     */
    public List<AcceptAction> opened(long number, String inside, int limit, long now) {
        Inside owner = insides.computeIfAbsent(inside, Inside::new);
        Connection connection = new Connection(number, owner, limit);
        if (connections.putIfAbsent(number, connection) != null) {
            throw new IllegalStateException("connection " + number + " was open already");
        }
        owner.connections.add(connection);
        assignLanes(owner);
        return settleControl(owner, now);
    }

    /** The connection may carry another number of streams from now on. */
    public void limit(long number, int limit) {
        Connection connection = connections.get(number);
        if (connection != null) {
            connection.limit = limit;
        }
    }

    /** The connection takes no new streams: the other end said so, or this end drains it. */
    public List<AcceptAction> goAway(long number, long now) {
        Connection connection = connections.get(number);
        if (connection == null || !connection.usable) {
            return List.of();
        }
        connection.usable = false;
        connection.bulkLane = false;
        assignLanes(connection.inside);
        return settleControl(connection.inside, now);
    }

    /** The connection is closed. Its streams are no longer booked. */
    public List<AcceptAction> closed(long number, long now) {
        Connection connection = connections.remove(number);
        if (connection == null) {
            return List.of();
        }
        Inside owner = connection.inside;
        connection.usable = false;
        owner.connections.remove(connection);
        assignLanes(owner);
        if (owner.control == connection) {
            owner.control = null;
            lostControl(owner, now);
        }
        List<AcceptAction> actions = settleControl(owner, now);
        if (owner.connections.isEmpty()) {
            insides.remove(owner.name);
        }
        return actions;
    }

    /** Wants no more of any connection. */
    public List<AcceptAction> drain() {
        List<AcceptAction> actions = new ArrayList<>();
        connections.values().stream()
                .sorted(Comparator.comparingLong(c -> c.number))
                .forEach(connection -> {
                    connection.usable = false;
                    connection.bulkLane = false;
                    actions.add(new AcceptAction.Drain(connection.number));
                });
        return actions;
    }

    /**
     * Chooses a connection for a new stream.
     *
     * @param inside whose, or null for any
     */
    public Placement choose(@Nullable String inside, TrafficClass type) {
        List<Inside> candidates = insides.values().stream()
                .filter(c ->
                        (inside == null || c.name.equals(inside)) && !c.usable().isEmpty())
                .sorted(Comparator.comparingInt(Inside::streams))
                .toList();
        for (Inside candidate : candidates) {
            List<Connection> usable = candidate.usable();
            Connection chosen = switch (type) {
                case INTERACTIVE -> forInteractive(usable);
                case BULK -> forBulk(usable);
            };
            if (chosen != null) {
                chosen.count(type, 1);
                return new Placement.On(chosen.number);
            }
        }
        return new Placement.Refused(
                candidates.isEmpty() ? LinkErrorCode.NO_CONNECTION : LinkErrorCode.STREAMS_EXHAUSTED);
    }

    private static @Nullable Connection forInteractive(List<Connection> usable) {
        Connection own = least(usable, TrafficClass.INTERACTIVE, c -> !c.bulkLane && c.bulk == 0);
        if (own != null) {
            return own;
        }
        Connection beside = least(usable, TrafficClass.BULK, c -> !c.bulkLane);
        return beside != null ? beside : least(usable, TrafficClass.BULK, c -> true);
    }

    private static @Nullable Connection forBulk(List<Connection> usable) {
        if (usable.size() == 1) {
            return least(usable, TrafficClass.BULK, c -> true);
        }
        Connection clean = least(usable, TrafficClass.BULK, c -> c.bulkLane && c.interactive == 0);
        if (clean != null) {
            return clean;
        }
        Connection lane = least(usable, TrafficClass.INTERACTIVE, c -> c.bulkLane && c.interactive > 0);
        Connection better = least(usable, TrafficClass.BULK, c -> !c.bulkLane && c.interactive == 0);
        if (lane != null && better != null) {
            lane.bulkLane = false;
            better.bulkLane = true;
            return better;
        }
        return usable.stream().anyMatch(c -> c.interactive == 0) ? null : lane;
    }

    private static @Nullable Connection least(
            List<Connection> usable, TrafficClass type, Predicate<Connection> condition) {
        return usable.stream()
                .filter(Connection::hasRoom)
                .filter(condition)
                .min(Comparator.comparingInt((Connection c) -> c.streams(type)).thenComparingLong(c -> c.number))
                .orElse(null);
    }

    /** A stream that {@link #choose} placed has ended, in whatever way. Does nothing if its connection is closed. */
    public void ended(long number, TrafficClass type) {
        Connection connection = connections.get(number);
        if (connection != null) {
            connection.count(type, -1);
        }
    }

    private static void assignLanes(Inside inside) {
        List<Connection> usable = inside.usable();
        int wanted = usable.size() < 2 ? 0 : Math.max(1, usable.size() / CONNECTIONS_FOR_EACH_BULK_LANE);
        long present = usable.stream().filter(c -> c.bulkLane).count();
        for (; present < wanted; present++) {
            usable.stream()
                    .filter(c -> !c.bulkLane)
                    .min(Comparator.comparingInt((Connection c) -> c.interactive)
                            .thenComparing(c -> c.control)
                            .thenComparing(Comparator.comparingInt((Connection c) -> c.bulk)
                                    .reversed())
                            .thenComparing(Comparator.comparingLong((Connection c) -> c.number)
                                    .reversed()))
                    .orElseThrow()
                    .bulkLane = true;
        }
        for (; present > wanted; present--) {
            usable.stream()
                    .filter(c -> c.bulkLane)
                    .min(Comparator.comparingInt((Connection c) -> c.bulk).thenComparingLong(c -> c.number))
                    .orElseThrow()
                    .bulkLane = false;
        }
    }

    /** The control stream on that connection is up. */
    public void controlOpened(long number, long now) {
        Connection connection = connections.get(number);
        if (connection != null && connection.inside.control == connection) {
            connection.inside.state = ControlState.UP;
            connection.inside.controlSince = now;
        }
    }

    /** The control stream on that connection has ended, or could not be opened. */
    public List<AcceptAction> controlEnded(long number, long now) {
        Connection connection = connections.get(number);
        if (connection == null || connection.inside.control != connection) {
            return List.of();
        }
        Inside inside = connection.inside;
        connection.control = false;
        inside.control = null;
        if (inside.state == ControlState.UP && lasted(inside, now)) {
            inside.backOff.reset();
        }
        inside.state = ControlState.PAUSING;
        inside.controlSince = now + inside.backOff.pause();
        return settleControl(inside, now);
    }

    private boolean lasted(Inside inside, long now) {
        return now - inside.controlSince >= times.ping().toNanos();
    }

    private void lostControl(Inside inside, long now) {
        if (inside.state == ControlState.UP && lasted(inside, now)) {
            inside.backOff.reset();
        }
        inside.state = ControlState.NONE;
    }

    private List<AcceptAction> settleControl(Inside inside, long now) {
        List<AcceptAction> actions = new ArrayList<>();
        Connection present = inside.control;
        Connection next = inside.usable().stream()
                .min(Comparator.comparing((Connection c) -> c.bulkLane)
                        .thenComparingInt(c -> c.interactive)
                        .thenComparingLong(c -> c.number))
                .orElse(null);
        if (next == null) {
            return actions;
        }
        switch (inside.state) {
            case PAUSING -> {
                if (now < inside.controlSince) {
                    return actions;
                }
            }
            case OPENING, UP -> {
                if (present == null || present.usable) {
                    return actions;
                }
                present.control = false;
                actions.add(new AcceptAction.CloseControl(present.number, inside.name));
            }
            case NONE -> {}
        }
        inside.state = ControlState.OPENING;
        inside.control = next;
        inside.controlSince = now;
        next.control = true;
        actions.add(new AcceptAction.OpenControl(next.number, inside.name));
        return actions;
    }

    /** When {@link #timeout} is to be called next. */
    public long nextDeadline() {
        long next = TimerQueue.NEVER;
        for (Inside inside : insides.values()) {
            if (inside.state == ControlState.PAUSING && !inside.usable().isEmpty()) {
                next = Math.min(next, inside.controlSince);
            }
        }
        return next;
    }

    /** What is due now. */
    public List<AcceptAction> timeout(long now) {
        List<AcceptAction> actions = new ArrayList<>();
        for (Inside inside : insides.values()) {
            actions.addAll(settleControl(inside, now));
        }
        return actions;
    }

    /** How it stands with every inside, by name. */
    public List<InsideState> states() {
        List<InsideState> states = new ArrayList<>();
        for (Inside inside : insides.values()) {
            int usable = inside.usable().size();
            states.add(new InsideState(
                    inside.name,
                    usable,
                    inside.connections.size() - usable,
                    inside.connections.stream().mapToInt(c -> c.interactive).sum(),
                    inside.connections.stream().mapToInt(c -> c.bulk).sum(),
                    inside.state == ControlState.UP));
        }
        return states;
    }
}
