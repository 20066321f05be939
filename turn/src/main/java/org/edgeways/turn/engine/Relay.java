package org.edgeways.turn.engine;

/** One relayed address of an allocation, or the promise of one. */
final class Relay {

    final Allocation allocation;
    final boolean ipv6;
    final int port;

    /** What the driver gave when it opened the port. */
    int handle;

    /** False while the driver is still opening it. */
    boolean ready;

    Relay(Allocation allocation, boolean ipv6, int port) {
        this.allocation = allocation;
        this.ipv6 = ipv6;
        this.port = port;
    }
}
