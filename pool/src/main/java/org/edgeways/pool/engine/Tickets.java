package org.edgeways.pool.engine;

/** Numbers that tell completions apart. */
final class Tickets {

    private long last = DurableCommands.NO_TICKET;

    long next() {
        return ++last;
    }
}
