package org.edgeways.pool.engine;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.edgeways.sip.transaction.Flow;
import org.jspecify.annotations.Nullable;

/** Random names for connections of devices inside that call without having signed in there. */
final class Connections {

    private final RandomGenerator random;
    private final Map<Flow, String> names = new HashMap<>();
    private final Map<String, Flow> flows = new HashMap<>();

    Connections(RandomGenerator random) {
        this.random = random;
    }

    /** The name of a connection, given at first use. */
    String name(Flow flow) {
        return names.computeIfAbsent(flow, f -> {
            String name = HexFormat.of().toHexDigits(random.nextLong());
            flows.put(name, f);
            return name;
        });
    }

    /** The connection of that name; null if it is gone. */
    @Nullable
    Flow flow(String name) {
        return flows.get(name);
    }

    /** Forgets a connection. */
    void closed(Flow flow) {
        String name = names.remove(flow);
        if (name != null) {
            flows.remove(name);
        }
    }
}
