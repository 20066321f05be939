package org.edgeways.link.engine;

import java.util.List;
import java.util.Optional;

/**
 * How it stands with one edge node, as the inside sees it.
 *
 * @param node its name
 * @param wanted how many connections are to be open
 * @param open those that are
 * @param draining those that only finish what runs on them
 * @param lastFailure the last time that dialling failed or a connection was lost
 */
public record NodeState(String node, int wanted, List<Open> open, List<Open> draining, Optional<Failure> lastFailure) {

    public NodeState {
        open = List.copyOf(open);
        draining = List.copyOf(draining);
    }

    /**
     * One connection.
     *
     * @param attempt its number
     * @param address where it leads
     * @param since when it came up, nanoseconds since 1970
     */
    public record Open(long attempt, LinkAddress address, long since) {}

    /**
     * What went wrong.
     *
     * @param at nanoseconds since 1970
     * @param address where
     * @param reason for a person
     */
    public record Failure(long at, LinkAddress address, LinkErrorCode code, String reason) {}
}
