package org.edgeways.turn.engine;

import java.util.OptionalInt;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunMessage;

/** LIFETIME (RFC 8656 sections 7.2 and 18.2). */
final class Lifetimes {

    private Lifetimes() {}

    static boolean isMalformed(StunMessage message) {
        return message.has(StunAttribute.LIFETIME)
                && message.numberOf(StunAttribute.LIFETIME).isEmpty();
    }

    static boolean isZero(StunMessage message) {
        OptionalInt asked = message.numberOf(StunAttribute.LIFETIME);
        return asked.isPresent() && asked.getAsInt() == 0;
    }

    /** How long an allocation is to live: what is asked for, but neither shorter than the default nor too long. */
    static long seconds(StunMessage message, TurnLimits limits) {
        OptionalInt asked = message.numberOf(StunAttribute.LIFETIME);
        long wanted = asked.isPresent() ? asked.getAsInt() & 0xffff_ffffL : 0;
        return Math.min(
                Math.max(wanted, limits.defaultLifetime().toSeconds()),
                limits.longestLifetime().toSeconds());
    }
}
