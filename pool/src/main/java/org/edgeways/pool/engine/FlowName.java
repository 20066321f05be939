package org.edgeways.pool.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The name of a connection between a device and the first server it meets: an edge node, or the pool itself for devices
 * inside. It outlives that server's process: after a restart the boot differs, so an old name never means a new
 * connection. On the wire between edge and pool it is the value of {@code P-Edgeways-Flow},
 * {@code node;boot=b;connection=n}.
 *
 * @param node the edge node's name, or {@link #INSIDE}
 * @param boot names one run of that node's process
 * @param connection the connection within that run
 */
public record FlowName(String node, String boot, String connection) {

    /** The node of connections that the pool accepts itself; no edge node can have this name. */
    public static final String INSIDE = ".inside";

    private static final int LONGEST = 200;

    /** Reads {@code node;boot=b;connection=n}; null if it is anything else. */
    public static @Nullable FlowName parse(String text) {
        if (text.length() > LONGEST) {
            return null;
        }
        String[] parts = text.split(";", -1);
        if (parts.length != 3
                || !parts[1].trim().startsWith("boot=")
                || !parts[2].trim().startsWith("connection=")) {
            return null;
        }
        String node = parts[0].trim();
        String boot = parts[1].trim().substring("boot=".length());
        String connection = parts[2].trim().substring("connection=".length());
        return node.isEmpty() || boot.isEmpty() || connection.isEmpty() ? null : new FlowName(node, boot, connection);
    }

    /** Whether a connection of that name is to the pool itself or to one of these edge nodes. */
    static boolean leadsTo(String name, Set<String> nodes) {
        String node = name.substring(0, name.indexOf(';'));
        return node.equals(INSIDE) || nodes.contains(node);
    }

    /** Whether it is a connection of a device inside to the pool. */
    public boolean inside() {
        return node.equals(INSIDE);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return node + ";boot=" + boot + ";connection=" + connection;
    }
}
