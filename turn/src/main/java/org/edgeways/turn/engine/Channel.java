package org.edgeways.turn.engine;

import java.time.Duration;
import org.edgeways.turn.stun.TransportAddress;

/** That a number stands for a peer (RFC 8656 section 12). */
final class Channel {

    /** RFC 8656 section 12. */
    static final long LIFETIME = Duration.ofMinutes(10).toNanos();

    final int number;
    final TransportAddress peer;
    private long expires;

    Channel(int number, TransportAddress peer) {
        this.number = number;
        this.peer = peer;
    }

    void refresh(long now) {
        expires = now + LIFETIME;
    }

    boolean holds(long now) {
        return now < expires;
    }
}
