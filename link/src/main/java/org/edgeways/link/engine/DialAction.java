package org.edgeways.link.engine;

/** What the inside end is to do. */
public sealed interface DialAction {

    /** Opens a connection; how it went is told by {@link DialBook#opened} or {@link DialBook#failed}. */
    record Dial(long attempt, String node, LinkAddress address) implements DialAction {}

    /** Ends an open connection once its streams have ended. */
    record Drain(long attempt) implements DialAction {}

    /** Ends a connection, or an attempt at one, at once. */
    record Close(long attempt, LinkErrorCode code) implements DialAction {}
}
