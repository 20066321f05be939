package org.edgeways.link.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.edgeways.base.TimerQueue;

/**
 * An inside, edge nodes and a network between them, in virtual time, from one seed. The engines are the real ones; the
 * network loses and half-opens connections, delays what is on different ones differently, and the two ends drain, restart
 * and change their minds. What must always hold is checked after every step.
 * One long file, because the world and what must hold of it share all their state.
 */
final class LinkSimulation {

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1000 * MILLISECOND;
    private static final LinkTimes TIMES = LinkTimes.DEFAULT;
    private static final int LIMIT = 8;
    private static final int MOST_ROUNDS = 10_000;
    private static final long LONGEST_DELAY = 200 * MILLISECOND;
    private static final long LONGEST_SERVICE = 20 * SECOND;

    /** What may go wrong in a run. */
    record Weather(boolean faults, boolean drains) {}

    private record Step(long at, long order, Runnable what) {}

    /** One stream as both ends see it. */
    private final class Stream {
        final Wire wire;
        final TrafficClass type;
        final long opened = now;
        boolean over;

        Stream(Wire wire, TrafficClass type) {
            this.wire = wire;
            this.type = type;
        }
    }

    /** One end of a connection. */
    private final class End {
        final ConnectionLife life = new ConnectionLife(TIMES, now);
        boolean closed;
        long lastArrival;
        boolean deaf;
        long deafSince;
    }

    /** One connection, from the moment when it is dialled. */
    private final class Wire {
        final long attempt;
        final Edge edge;
        final long number = ++wires;
        boolean abandoned;
        End inside;
        End accepted;
        boolean edgeUp;
        boolean goAwayAtEdge;
        boolean controlAtEdge;
        final Set<Stream> atEdge = new HashSet<>();
        final Set<Stream> atInside = new HashSet<>();

        Wire(long attempt, Edge edge) {
            this.attempt = attempt;
            this.edge = edge;
        }

        int interactive() {
            return (int) atEdge.stream()
                    .filter(s -> s.type == TrafficClass.INTERACTIVE)
                    .count();
        }

        int bulk() {
            return atEdge.size() - interactive();
        }

        boolean usable() {
            return edgeUp && !accepted.closed && !goAwayAtEdge;
        }
    }

    /** One edge node. */
    private final class Edge {
        final String name;
        AcceptBook book = new AcceptBook(TIMES, 64, random);
        final Map<Long, Wire> byNumber = new HashMap<>();
        Wire control;
        boolean controlUp;
        /** Which control stream the inside has taken as this node's. */
        Wire controlAtInside;

        int wanted;

        Edge(String name) {
            this.name = name;
        }
    }

    private final long seed;
    private final Weather weather;
    private final Random random;
    private final DialBook dial;
    private final PriorityQueue<Step> steps =
            new PriorityQueue<>(Comparator.comparingLong(Step::at).thenComparingLong(Step::order));
    private final Map<String, Edge> edges = new HashMap<>();
    private final Map<Long, Wire> byAttempt = new HashMap<>();
    private final List<String> journal = new ArrayList<>();
    private long now = 1_000 * SECOND;
    private long order;
    private long wires;
    private boolean storm;
    private int stuck;
    private int placed;
    private int finished;
    private int failed;

    LinkSimulation(long seed, Weather weather) {
        this.seed = seed;
        this.weather = weather;
        this.random = new Random(seed);
        this.dial = new DialBook(TIMES, random);
    }

    int placed() {
        return placed;
    }

    int failed() {
        return failed;
    }

    int finished() {
        return finished;
    }

    /** Runs for that long with everything that may happen, then in peace until all must be well. */
    void run(int stormySeconds) {
        storm = true;
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
            Edge edge = new Edge("edge" + i);
            edges.put(edge.name, edge);
            want(edge, 1 + random.nextInt(5));
            traffic(edge);
        }
        if (weather.faults || weather.drains) {
            after(random.nextLong(5 * SECOND), this::mischief);
        }
        runUntil(now + stormySeconds * SECOND);
        storm = false;
        runUntil(now + 120 * SECOND);
        checkPeace();
    }

    private void runUntil(long end) {
        while (true) {
            long next = Math.min(steps.isEmpty() ? TimerQueue.NEVER : steps.peek().at, nextDeadline());
            if (next > end) {
                now = end;
                return;
            }
            stuck = next > now ? 0 : stuck + 1;
            if (stuck > MOST_ROUNDS) {
                throw wrong("something is due for ever");
            }
            now = Math.max(now, next);
            timeouts();
            while (!steps.isEmpty() && steps.peek().at <= now) {
                steps.poll().what.run();
            }
            check();
        }
    }

    private long nextDeadline() {
        long next = dial.nextDeadline();
        for (Edge edge : edges.values()) {
            next = Math.min(next, edge.book.nextDeadline());
        }
        for (Wire wire : byAttempt.values()) {
            if (wire.inside != null) {
                next = Math.min(next, wire.inside.life.nextDeadline());
                next = Math.min(next, wire.accepted.life.nextDeadline());
            }
        }
        return next;
    }

    private void timeouts() {
        if (dial.nextDeadline() <= now) {
            dialled(dial.timeout(now));
        }
        for (Edge edge : edges.values()) {
            if (edge.book.nextDeadline() <= now) {
                accepted(edge, edge.book.timeout(now));
            }
        }
        for (Wire wire : List.copyOf(byAttempt.values())) {
            if (wire.inside != null) {
                lived(wire, true, wire.inside.life.timeout(now));
                lived(wire, false, wire.accepted.life.timeout(now));
            }
        }
    }

    private void after(long nanos, Runnable what) {
        steps.add(new Step(now + nanos, ++order, what));
    }

    private void note(String what) {
        if (journal.size() < 100_000) {
            journal.add((now / MILLISECOND) + " " + what);
        }
    }

    private AssertionError wrong(String what) {
        List<String> tail = journal.subList(Math.max(0, journal.size() - 60), journal.size());
        return new AssertionError("seed " + seed + " " + weather + ": " + what + "\n" + String.join("\n", tail));
    }

    // what happens

    private void want(Edge edge, int connections) {
        edge.wanted = connections;
        note("want " + connections + " of " + edge.name);
        dialled(dial.setNode(
                edge.name,
                new NodeTarget(List.of(new LinkAddress("a", 1), new LinkAddress("b", 1)), connections, 0),
                now));
    }

    private void mischief() {
        if (!storm) {
            return;
        }
        after(random.nextLong(4 * SECOND), this::mischief);
        Edge edge = edges.get("edge" + random.nextInt(edges.size()));
        List<Wire> live = byAttempt.values().stream()
                .filter(w -> w.edge == edge && w.inside != null && !w.inside.closed && !w.accepted.closed)
                .sorted(Comparator.comparingLong(w -> w.number))
                .toList();
        int kind = random.nextInt(8);
        if (kind == 0 && weather.drains) {
            want(edge, 1 + random.nextInt(5));
        } else if (kind == 1 && weather.drains && !live.isEmpty()) {
            Wire wire = live.get(random.nextInt(live.size()));
            if (!wire.edgeUp) {
                return;
            }
            note("edge drains " + wire.number);
            lived(wire, false, wire.accepted.life.drain(now));
            if (!wire.goAwayAtEdge) {
                wire.goAwayAtEdge = true;
                accepted(edge, edge.book.goAway(wire.number, now));
            }
        } else if (!weather.faults) {
            return;
        } else if (kind == 2 && !live.isEmpty()) {
            Wire wire = live.get(random.nextInt(live.size()));
            note("reset of " + wire.number);
            after(random.nextLong(LONGEST_DELAY), () -> close(wire, true, LinkErrorCode.CONNECTION_FAILED, false));
            after(random.nextLong(LONGEST_DELAY), () -> close(wire, false, LinkErrorCode.CONNECTION_FAILED, false));
        } else if (kind == 3) {
            for (Wire wire : live) {
                if (random.nextBoolean()) {
                    int which = 1 + random.nextInt(3);
                    note("half-open " + wire.number + " " + which);
                    deafen(wire.inside, (which & 1) != 0);
                    deafen(wire.accepted, (which & 2) != 0);
                }
            }
        } else if (kind == 4) {
            restart(edge, live);
        } else if (kind == 5 && edge.controlUp) {
            Wire wire = edge.control;
            note("inside ends control on " + wire.number);
            if (edge.controlAtInside == wire) {
                edge.controlAtInside = null;
            }
            toEdge(wire, () -> controlEnded(wire));
        } else if (kind == 6) {
            note("remove " + edge.name);
            int before = edge.wanted;
            edge.wanted = 0;
            dialled(dial.removeNode(edge.name));
            after(random.nextLong(3 * SECOND), () -> want(edge, Math.max(1, before)));
        }
    }

    private void deafen(End end, boolean yes) {
        if (yes && !end.deaf) {
            end.deaf = true;
            end.deafSince = now;
        }
    }

    /** The edge's process is started anew: it knows nothing, and the inside hears of it as each connection is reset. */
    private void restart(Edge edge, List<Wire> live) {
        note("restart of " + edge.name);
        for (Wire wire : live) {
            wire.accepted.closed = true;
            wire.accepted.life.ended();
            failStreams(wire);
            after(random.nextLong(3 * SECOND), () -> close(wire, true, LinkErrorCode.PEER_CLOSED, false));
        }
        edge.byNumber.clear();
        edge.control = null;
        edge.controlUp = false;
        edge.book = new AcceptBook(TIMES, 64, random);
    }

    private void traffic(Edge edge) {
        after(random.nextLong(600 * MILLISECOND), () -> {
            traffic(edge);
            if (storm) {
                openStream(edge, random.nextInt(3) == 0 ? TrafficClass.BULK : TrafficClass.INTERACTIVE);
            }
        });
    }

    private void openStream(Edge edge, TrafficClass type) {
        switch (edge.book.choose(random.nextBoolean() ? "pool" : null, type)) {
            case Placement.Refused(LinkErrorCode code) -> checkRefusal(edge, type, code);
            case Placement.On(long number) -> {
                Wire wire = edge.byNumber.get(number);
                if (wire == null || !wire.usable()) {
                    throw wrong("a stream was placed on a connection that takes none: " + number);
                }
                checkPlacement(edge, wire, type);
                placed++;
                Stream stream = new Stream(wire, type);
                wire.atEdge.add(stream);
                wire.accepted.life.streamOpened();
                toInside(wire, () -> serve(stream));
            }
        }
    }

    private void serve(Stream stream) {
        Wire wire = stream.wire;
        if (wire.inside.closed) {
            return;
        }
        wire.inside.life.streamOpened();
        wire.atInside.add(stream);
        after(random.nextLong(LONGEST_SERVICE), () -> {
            if (wire.inside.closed) {
                return;
            }
            wire.atInside.remove(stream);
            toEdge(wire, () -> ended(stream));
            lived(wire, true, wire.inside.life.streamEnded(now));
        });
    }

    private void ended(Stream stream) {
        if (stream.over) {
            throw wrong("a stream ended twice");
        }
        stream.over = true;
        finished++;
        stream.wire.atEdge.remove(stream);
        stream.wire.edge.book.ended(stream.wire.number, stream.type);
        lived(stream.wire, false, stream.wire.accepted.life.streamEnded(now));
    }

    // what the engines want done

    private void dialled(List<DialAction> actions) {
        for (DialAction action : actions) {
            switch (action) {
                case DialAction.Dial(long attempt, String node, LinkAddress _) -> dial(attempt, edges.get(node));
                case DialAction.Drain(long attempt) -> {
                    Wire wire = byAttempt.get(attempt);
                    if (wire != null && !wire.inside.closed) {
                        note("inside drains " + wire.number);
                        lived(wire, true, wire.inside.life.drain(now));
                    }
                }
                case DialAction.Close(long attempt, LinkErrorCode code) -> {
                    Wire wire = byAttempt.get(attempt);
                    if (wire == null) {
                        continue;
                    }
                    if (wire.inside == null) {
                        wire.abandoned = true;
                        byAttempt.remove(attempt);
                    } else {
                        close(wire, true, code, true);
                    }
                }
            }
        }
    }

    private void dial(long attempt, Edge edge) {
        Wire wire = new Wire(attempt, edge);
        byAttempt.put(attempt, wire);
        int luck = weather.faults && storm ? random.nextInt(10) : 9;
        if (luck == 0) {
            return; // nobody ever answers
        }
        if (luck < 3) {
            after(random.nextLong(LONGEST_DELAY), () -> {
                if (!wire.abandoned) {
                    byAttempt.remove(attempt);
                    dial.failed(attempt, LinkErrorCode.DIAL_FAILED, "refused", now);
                }
            });
            return;
        }
        after(random.nextLong(LONGEST_DELAY), () -> {
            if (wire.abandoned) {
                return;
            }
            wire.inside = new End();
            wire.accepted = new End();
            note("connected " + wire.number + " to " + edge.name);
            AcceptBook book = edge.book;
            toInside(wire, () -> dialled(dial.opened(attempt, now)));
            toEdge(wire, () -> {
                if (edge.book == book) {
                    wire.edgeUp = true;
                    edge.byNumber.put(wire.number, wire);
                    note("up " + wire.number);
                    accepted(edge, edge.book.opened(wire.number, "pool", LIMIT, now));
                }
            });
        });
    }

    private void accepted(Edge edge, List<AcceptAction> actions) {
        for (AcceptAction action : actions) {
            switch (action) {
                case AcceptAction.OpenControl(long number, String _) -> {
                    Wire wire = edge.byNumber.get(number);
                    if (wire == null || !wire.usable()) {
                        throw wrong("control was to be opened on a connection that takes no streams");
                    }
                    note("open control on " + number);
                    edge.control = wire;
                    edge.controlUp = false;
                    wire.controlAtEdge = true;
                    toInside(wire, () -> takeControl(wire));
                }
                case AcceptAction.CloseControl(long number, String _) -> {
                    Wire wire = edge.byNumber.get(number);
                    note("close control on " + number);
                    if (edge.control == wire) {
                        edge.control = null;
                        edge.controlUp = false;
                    }
                    if (wire != null) {
                        wire.controlAtEdge = false;
                        toInside(wire, () -> {
                            if (edge.controlAtInside == wire) {
                                edge.controlAtInside = null;
                            }
                        });
                    }
                }
                case AcceptAction.Drain _ -> throw wrong("nobody drained the edge");
            }
        }
    }

    /** The inside keeps the newest control stream of a node and ends the older one. */
    private void takeControl(Wire wire) {
        Edge edge = wire.edge;
        if (wire.inside.closed) {
            return;
        }
        if (weather.faults && storm && random.nextInt(4) == 0) {
            toEdge(wire, () -> controlEnded(wire)); // refused
            return;
        }
        Wire older = edge.controlAtInside;
        edge.controlAtInside = wire;
        if (older != null && older != wire) {
            toEdge(older, () -> controlEnded(older));
        }
        toEdge(wire, () -> {
            if (edge.control == wire) {
                edge.controlUp = true;
                edge.book.controlOpened(wire.number, now);
            }
        });
    }

    private void controlEnded(Wire wire) {
        Edge edge = wire.edge;
        if (!wire.controlAtEdge || edge.control != wire) {
            return;
        }
        wire.controlAtEdge = false;
        edge.control = null;
        edge.controlUp = false;
        accepted(edge, edge.book.controlEnded(wire.number, now));
    }

    private void lived(Wire wire, boolean atInside, Optional<ConnectionLife.Action> action) {
        if (action.isEmpty()) {
            return;
        }
        switch (action.get()) {
            case ConnectionLife.Action.Ping _ -> {
                if (atInside) {
                    toEdge(wire, () -> toInside(wire, () -> {}));
                } else {
                    toInside(wire, () -> toEdge(wire, () -> {}));
                }
            }
            case ConnectionLife.Action.GoAway _ -> {
                if (atInside) {
                    toEdge(wire, () -> {
                        note("GOAWAY at edge on " + wire.number);
                        wire.goAwayAtEdge = true;
                        wire.accepted.life.goAway(now);
                        accepted(wire.edge, wire.edge.book.goAway(wire.number, now));
                    });
                } else {
                    toInside(wire, () -> {
                        wire.inside.life.goAway(now);
                        dialled(dial.goAway(wire.attempt, now));
                    });
                }
            }
            case ConnectionLife.Action.Close(LinkErrorCode code) -> close(wire, atInside, code, true);
        }
    }

    /** One end closes; the other one hears of it unless it is deaf. */
    private void close(Wire wire, boolean atInside, LinkErrorCode code, boolean tell) {
        End end = atInside ? wire.inside : wire.accepted;
        if (end.closed) {
            return;
        }
        note((atInside ? "inside" : "edge") + " closes " + wire.number + " " + code);
        end.closed = true;
        end.life.ended();
        if (atInside) {
            byAttempt.computeIfPresent(wire.attempt, (key, present) -> wire.accepted.closed ? null : present);
            wire.atInside.clear();
            if (wire.edge.controlAtInside == wire) {
                wire.edge.controlAtInside = null;
            }
            dial.closed(wire.attempt, code, code.meaning(), now);
            if (tell) {
                toEdge(wire, () -> close(wire, false, LinkErrorCode.PEER_CLOSED, false));
            }
        } else {
            byAttempt.computeIfPresent(wire.attempt, (key, present) -> wire.inside.closed ? null : present);
            failStreams(wire);
            Edge edge = wire.edge;
            if (edge.byNumber.remove(wire.number) != null) {
                if (edge.control == wire) {
                    edge.control = null;
                    edge.controlUp = false;
                }
                accepted(edge, edge.book.closed(wire.number, now));
            }
            if (tell) {
                toInside(wire, () -> close(wire, true, LinkErrorCode.PEER_CLOSED, false));
            }
        }
    }

    private void failStreams(Wire wire) {
        for (Stream stream : wire.atEdge) {
            stream.over = true;
            failed++;
        }
        wire.atEdge.clear();
    }

    // the network: in order on each connection and direction

    private void toEdge(Wire wire, Runnable arrival) {
        carry(wire.accepted, arrival);
    }

    private void toInside(Wire wire, Runnable arrival) {
        carry(wire.inside, arrival);
    }

    private void carry(End to, Runnable arrival) {
        long at = Math.max(to.lastArrival, now + 1 + random.nextLong(LONGEST_DELAY));
        to.lastArrival = at;
        steps.add(new Step(at, ++order, () -> {
            if (!to.closed && !to.deaf) {
                to.life.heard(now);
                arrival.run();
            }
        }));
    }

    // what must hold

    private void checkPlacement(Edge edge, Wire chosen, TrafficClass type) {
        List<Wire> usable = edge.byNumber.values().stream().filter(Wire::usable).toList();
        if (type == TrafficClass.BULK && chosen.interactive() > 0) {
            if (usable.stream().anyMatch(w -> w.interactive() == 0)) {
                throw wrong("bulk beside interactive streams on " + chosen.number + " while another is free of them");
            }
        }
        if (type == TrafficClass.INTERACTIVE && chosen.bulk() > 0) {
            long free = usable.stream()
                    .filter(w -> w.bulk() == 0 && w.atEdge.size() < LIMIT - 1)
                    .count();
            if (free > Math.max(1, usable.size() / AcceptBook.CONNECTIONS_FOR_EACH_BULK_LANE)) {
                throw wrong("interactive beside bulk streams on " + chosen.number + " while others are free of them");
            }
        }
        if (chosen.atEdge.size() + (chosen.controlAtEdge ? 1 : 0) >= LIMIT) {
            throw wrong("more streams than the limit on " + chosen.number);
        }
    }

    private void checkRefusal(Edge edge, TrafficClass type, LinkErrorCode code) {
        List<Wire> usable = edge.byNumber.values().stream().filter(Wire::usable).toList();
        if (usable.isEmpty() != (code == LinkErrorCode.NO_CONNECTION)) {
            throw wrong("refused with " + code + " and " + usable.size() + " connections");
        }
        boolean room = usable.stream().anyMatch(w -> w.atEdge.size() < LIMIT - 1);
        if (type == TrafficClass.INTERACTIVE && room) {
            throw wrong("an interactive stream was refused although there is room");
        }
    }

    private void check() {
        for (NodeState state : dial.states()) {
            Edge edge = edges.get(state.node());
            if (state.wanted() != edge.wanted || state.open().size() > state.wanted()) {
                throw wrong(state.open().size() + " connections of " + state.wanted());
            }
        }
        long longest = TIMES.ping().plus(TIMES.pong()).toNanos();
        for (Wire wire : byAttempt.values()) {
            if (wire.inside != null) {
                checkHearing(wire, wire.inside, longest);
                checkHearing(wire, wire.accepted, longest);
            }
            for (Stream stream : wire.atEdge) {
                long bound = LONGEST_SERVICE + 4 * LONGEST_DELAY + 2 * longest;
                if (now - stream.opened > bound) {
                    throw wrong("a stream on " + wire.number + " neither ended nor failed");
                }
            }
        }
    }

    private void checkHearing(Wire wire, End end, long longest) {
        if (end.deaf && !end.closed && now > end.deafSince + longest) {
            throw wrong("half-open connection " + wire.number + " was not noticed");
        }
    }

    private void checkPeace() {
        for (NodeState state : dial.states()) {
            Edge edge = edges.get(state.node());
            long usable = edge.byNumber.values().stream().filter(Wire::usable).count();
            if (state.open().size() != edge.wanted || usable != edge.wanted) {
                throw wrong("after the storm " + state.open().size() + " and " + usable + " of " + edge.wanted);
            }
            if (!state.draining().isEmpty() || edge.byNumber.size() != edge.wanted) {
                throw wrong("after the storm something still drains");
            }
            if (!edge.controlUp || edge.controlAtInside != edge.control || !edge.control.usable()) {
                throw wrong("after the storm control is not up at both ends");
            }
            InsideState seen = edge.book.states().getFirst();
            if (seen.connections() != edge.wanted
                    || seen.interactive() + seen.bulk() != 0
                    || seen.draining() != 0
                    || !seen.controlled()) {
                throw wrong("after the storm the book says " + seen);
            }
        }
        if (placed != finished + failed) {
            throw wrong(placed + " streams placed, " + finished + " finished, " + failed + " failed");
        }
        if (!weather.faults && failed > 0) {
            throw wrong(failed + " streams failed although connections were only drained");
        }
    }
}
