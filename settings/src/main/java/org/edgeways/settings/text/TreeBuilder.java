package org.edgeways.settings.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds trees of {@link Node} from what a parser meets, one after the other, without recursion and within limits. */
final class TreeBuilder {

    /** What the parser gave must not be gone on with. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Refused(SettingsErrorCode code, Place place, String what) {
            super(null, null, false, false);
            this.problem = new Problem(code, place, "", what, Optional.empty());
        }

        Problem problem() {
            return problem;
        }
    }

    /** A list or table that is not at its end yet. */
    private static final class Open {
        private final Place place;
        private final List<Node> elements = new ArrayList<>();
        private final @Nullable Map<String, Node.Entry> entries;
        private @Nullable Place keyPlace;
        private String key = "";

        Open(Place place, boolean table) {
            this.place = place;
            this.entries = table ? new LinkedHashMap<>() : null;
        }
    }

    private final TextLimits limits;
    private final Problems problems;
    private final List<Open> open = new ArrayList<>();
    private final List<Node> whole = new ArrayList<>();
    private int nodes;

    TreeBuilder(TextLimits limits, Problems problems) {
        this.limits = limits;
        this.problems = problems;
    }

    /** True if the innermost open thing is a table that waits for a key. */
    boolean wantsKey() {
        return !open.isEmpty() && open.getLast().entries != null && open.getLast().keyPlace == null;
    }

    void key(Place place, String key) {
        Open table = open.getLast();
        table.keyPlace = place;
        table.key = key;
    }

    void begin(Place place, boolean table) {
        if (open.size() >= limits.depth()) {
            throw new Refused(
                    SettingsErrorCode.TOO_LARGE, place, "keys and lists lie more than " + limits.depth() + " deep");
        }
        open.add(new Open(place, table));
    }

    void end() {
        Open ended = open.removeLast();
        add(
                ended.entries == null
                        ? new Node.Many(ended.place, ended.elements)
                        : new Node.Table(ended.place, Collections.unmodifiableMap(ended.entries)));
    }

    void add(Node node) {
        if (++nodes > limits.nodes()) {
            throw new Refused(
                    SettingsErrorCode.TOO_LARGE, node.place(), "there are more than " + limits.nodes() + " values");
        }
        if (open.isEmpty()) {
            whole.add(node);
            return;
        }
        Open into = open.getLast();
        if (into.entries == null) {
            into.elements.add(node);
            return;
        }
        Place at = into.keyPlace;
        if (at == null) {
            throw new IllegalStateException("a value without a key");
        }
        Node.Entry before = into.entries.putIfAbsent(into.key, new Node.Entry(at, node));
        if (before != null) {
            problems.add(
                    SettingsErrorCode.MALFORMED,
                    at,
                    into.key,
                    "stands here again; the first is in line " + before.place().line());
        }
        into.keyPlace = null;
    }

    /** The complete values, in order. */
    List<Node> whole() {
        return List.copyOf(whole);
    }
}
