package org.edgeways.app.role;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.settings.kind.EdgeNode;
import org.jspecify.annotations.Nullable;

/**
 * Where an inside end dials its nodes. A node listens elsewhere only when it is started again, or not at all if its host cannot
 * do what the settings say: until then it is where it was, and is reached there, so that it can be given other settings. So
 * after a change of the leg itself the places of before are tried where the new one does not answer. One thread at a time.
 */
final class InsideLegs {

    /** Most places of before that are remembered of a node. */
    static final int MOST_BEFORE = 3;

    /** What the node was last said to listen on, and where it is dialled, the newest first. */
    private record Known(EdgeNode.InsideLeg leg, List<LinkAddress> dialled) {}

    private final Map<String, Known> known = new HashMap<>();

    /** Where these nodes are dialled now, at the first of the places if it answers; others than these are forgotten. */
    Map<String, List<LinkAddress>> dialled(Map<String, EdgeNode> nodes) {
        known.keySet().retainAll(nodes.keySet());
        Map<String, List<LinkAddress>> dialled = new HashMap<>();
        nodes.forEach((name, node) -> {
            Known now = next(known.get(name), node.insideLeg());
            known.put(name, now);
            dialled.put(name, now.dialled());
        });
        return dialled;
    }

    private static Known next(@Nullable Known before, EdgeNode.InsideLeg leg) {
        Set<LinkAddress> places =
                new LinkedHashSet<>(List.of(new LinkAddress(leg.dialledAddress(), leg.dialledPort())));
        if (before != null) {
            List<LinkAddress> old = before.dialled();
            places.addAll(listensElsewhere(before.leg(), leg) ? old : old.subList(1, old.size()));
        }
        List<LinkAddress> all = new ArrayList<>(places);
        return new Known(leg, List.copyOf(all.subList(0, Math.min(all.size(), 1 + MOST_BEFORE))));
    }

    /** Else only the way to it is another, from now on. */
    private static boolean listensElsewhere(EdgeNode.InsideLeg before, EdgeNode.InsideLeg leg) {
        return before.port() != leg.port() || !before.addresses().equals(leg.addresses());
    }
}
