package org.edgeways.avedge.udp;

import java.util.BitSet;

/**
 * Small numbers for sockets. The number of a socket that was closed is not given out again before {@link #recycle}, so that what
 * was received from it is never taken for another socket's.
 */
final class SocketNumbers {

    private final BitSet taken = new BitSet();
    private final BitSet closed = new BitSet();

    /** The lowest number that is free. */
    int take() {
        int number = taken.nextClearBit(0);
        taken.set(number);
        return number;
    }

    /** It was never used. */
    void giveBack(int number) {
        taken.clear(number);
    }

    /** Its socket was closed. */
    void release(int number) {
        closed.set(number);
    }

    /** Nothing that was received is still to be handed on. */
    void recycle() {
        if (!closed.isEmpty()) {
            taken.andNot(closed);
            closed.clear();
        }
    }
}
