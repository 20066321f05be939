package org.edgeways.turn.engine;

import java.util.EnumMap;
import java.util.Map;
import org.edgeways.turn.TurnErrorCode;

/** An Allocate request whose ports are being opened. */
final class Opening {

    /** The families, in the order of the answer. */
    enum Family {
        IPV4,
        IPV6;

        static Family of(boolean ipv6) {
            return ipv6 ? IPV6 : IPV4;
        }

        boolean isIpv6() {
            return this == IPV6;
        }
    }

    final Request request;
    final boolean even;
    final boolean pair;

    /** Whether the port is one that was reserved, so that no other will do. */
    final boolean reserved;

    /** Families that were asked for and are not given. */
    final Map<Family, TurnErrorCode> failed = new EnumMap<>(Family.class);

    /** How often a port could not be opened. */
    int failures;

    Opening(Request request, boolean even, boolean pair, boolean reserved) {
        this.request = request;
        this.even = even;
        this.pair = pair;
        this.reserved = reserved;
    }
}
