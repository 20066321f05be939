package org.edgeways.turn.engine;

import java.time.Duration;

/** That a peer's address, whatever its port, may send to an allocation and be sent to (RFC 8656 section 9). */
final class Permission {

    /** RFC 8656 section 9. */
    static final long LIFETIME = Duration.ofMinutes(5).toNanos();

    final long high;
    final long low;
    private long expires;

    Permission(long high, long low) {
        this.high = high;
        this.low = low;
    }

    void refresh(long now) {
        expires = now + LIFETIME;
    }

    boolean holds(long now) {
        return now < expires;
    }
}
