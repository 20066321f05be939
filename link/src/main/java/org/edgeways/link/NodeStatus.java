package org.edgeways.link;

import java.util.List;
import java.util.Optional;
import org.edgeways.link.engine.LinkAddress;
import org.edgeways.link.engine.NodeState;

/**
 * How it stands with one edge node.
 *
 * @param node its name
 * @param wanted how many connections are to be open
 * @param open those that are
 * @param draining how many only finish what runs on them
 * @param lastFailure the last time that dialling failed or a connection was lost
 */
public record NodeStatus(
        String node, int wanted, List<Connection> open, int draining, Optional<NodeState.Failure> lastFailure) {

    public NodeStatus {
        open = List.copyOf(open);
    }

    /**
     * One open connection.
     *
     * @param address where it leads
     * @param since when it came up, nanoseconds since 1970
     * @param streams that run on it now
     */
    public record Connection(LinkAddress address, long since, int streams) {}
}
