package org.edgeways.bench.load;

import java.util.concurrent.atomic.LongAdder;

/** What answerers have received, by method. Read from any thread. */
public final class Received {

    private final LongAdder messages = new LongAdder();
    private final LongAdder invites = new LongAdder();
    private final LongAdder acknowledgements = new LongAdder();
    private final LongAdder byes = new LongAdder();
    private final LongAdder registers = new LongAdder();
    private final LongAdder others = new LongAdder();

    /** Nothing yet. */
    public Received() {}

    void count(byte methodStart) {
        switch (methodStart) {
            case 'M' -> messages.increment();
            case 'I' -> invites.increment();
            case 'A' -> acknowledgements.increment();
            case 'B' -> byes.increment();
            case 'R' -> registers.increment();
            default -> others.increment();
        }
    }

    /** MESSAGE requests. */
    public long messages() {
        return messages.sum();
    }

    /** INVITE requests. */
    public long invites() {
        return invites.sum();
    }

    /** ACK requests. */
    public long acknowledgements() {
        return acknowledgements.sum();
    }

    /** BYE requests. */
    public long byes() {
        return byes.sum();
    }

    /** REGISTER requests. */
    public long registers() {
        return registers.sum();
    }

    /** What ends one unit of that workload at the answerers. */
    public long of(Workload workload) {
        return switch (workload) {
            case MESSAGE -> messages();
            case CALL -> Math.min(acknowledgements(), byes());
            case SIGN_IN -> registers();
        };
    }
}
