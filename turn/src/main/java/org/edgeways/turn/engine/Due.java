package org.edgeways.turn.engine;

/** What a deadline is for. */
sealed interface Due {

    /** An allocation's lifetime is over. */
    record AllocationEnds(Allocation allocation) implements Due {}

    /** A reserved port is free again. */
    record ReservationEnds(RelayPorts.Reservation reservation) implements Due {}

    /** A peer was not connected to, or a connection not taken over, in time. */
    record ConnectionEnds(PeerConnection connection) implements Due {}
}
