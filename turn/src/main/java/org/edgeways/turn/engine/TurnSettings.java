package org.edgeways.turn.engine;

import java.time.Duration;
import java.util.List;

/**
 * Settings of one engine.
 *
 * @param realm the realm of all users, 1 to 127 characters (RFC 8489 section 14.9)
 * @param listeners what each listener speaks; the position is its number
 * @param relay where relayed addresses are
 * @param limits the limits
 * @param nonceLifetime how long a nonce is good, in whole seconds
 * @param offerAlgorithms whether better password algorithms are offered (RFC 8489 section 9.2): 25 more bytes in a
 *     challenge
 * @param mobility whether clients may take their allocation to another address (RFC 8016)
 */
public record TurnSettings(
        String realm,
        List<Transport> listeners,
        RelaySettings relay,
        TurnLimits limits,
        Duration nonceLifetime,
        boolean offerAlgorithms,
        boolean mobility) {

    public TurnSettings {
        listeners = List.copyOf(listeners);
        if (realm.isEmpty() || realm.length() > 127) {
            throw new IllegalArgumentException("a realm has 1 to 127 characters");
        }
        if (nonceLifetime.toSeconds() < 1) {
            throw new IllegalArgumentException("a nonce is good for a second or more");
        }
    }
}
