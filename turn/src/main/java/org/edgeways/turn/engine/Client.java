package org.edgeways.turn.engine;

import org.edgeways.turn.stun.TransportAddress;

/**
 * The client's end of a 5-tuple (RFC 8656 section 2).
 *
 * @param listener which of {@link TurnSettings#listeners} it speaks to
 * @param address its address, as the listener sees it
 * @param handle what the driver gave with its message, such as the number of a connection; means nothing here
 */
public record Client(int listener, TransportAddress address, int handle) {

    /** The table's third key: which listener, which port. */
    static long key(int listener, int port) {
        return (long) listener << 16 | port;
    }

    long key() {
        return key(listener, address.port());
    }

    boolean isSame(Client other) {
        return listener == other.listener && address.equals(other.address);
    }

    @Override
    public String toString() {
        return address + " on listener " + listener;
    }
}
