package org.edgeways.control;

import java.util.Map;
import java.util.Set;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.EdgeNode;

/**
 * What is in use from now on.
 *
 * @param settings the whole set
 * @param nodes those that have joined and that the settings name: to be dialled; no others
 * @param joined the names of all that have joined and were not removed, whether the settings name them or not
 */
public record Perimeter(Settings settings, Map<String, EdgeNode> nodes, Set<String> joined) {

    public Perimeter {
        nodes = Map.copyOf(nodes);
        joined = Set.copyOf(joined);
    }

    /** Hears of it. */
    @FunctionalInterface
    public interface Listener {

        /** Something has changed. On control's thread, in order; must not wait long. */
        void changed(Perimeter perimeter);
    }
}
