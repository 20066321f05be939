package org.edgeways.avedge.udp;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Written by one thread, read by any. */
@SuppressWarnings("EnumOrdinal") // places in an array, for this process only
final class Counts {

    private final AtomicLongArray values = new AtomicLongArray(DatagramSockets.Count.values().length);
    private final AtomicLong unsent = new AtomicLong();

    void add(DatagramSockets.Count which, long amount) {
        int at = which.ordinal();
        values.setOpaque(at, values.getPlain(at) + amount);
        if (which.isLoss()) {
            unsent.setOpaque(unsent.getPlain() + amount);
        }
    }

    /** The sum of all losses. */
    long unsent() {
        return unsent.getOpaque();
    }

    long get(DatagramSockets.Count which) {
        return values.getOpaque(which.ordinal());
    }
}
