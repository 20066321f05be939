package org.edgeways.control;

import java.util.Map;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.EdgeNode;

/**
 * What is in use from now on.
 *
 * @param settings the whole set
 * @param nodes those that have joined and that the settings name: to be dialled; no others
 */
public record Perimeter(Settings settings, Map<String, EdgeNode> nodes) {

    public Perimeter {
        nodes = Map.copyOf(nodes);
    }

    /** Hears of it. */
    @FunctionalInterface
    public interface Listener {

        /** Something has changed. On control's thread, in order; must not wait long. */
        void changed(Perimeter perimeter);
    }
}
