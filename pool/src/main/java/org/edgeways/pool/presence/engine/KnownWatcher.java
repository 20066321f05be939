package org.edgeways.pool.presence.engine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches a person, or about whom the person has decided.
 *
 * @param address who watches
 * @param decision what the person has decided; null if nothing
 * @param state whether they watch now
 * @param subscriptions how many subscriptions they have to the person's presence, on all their devices
 */
public record KnownWatcher(String address, @Nullable Decision decision, State state, int subscriptions) {

    /** Whether somebody watches now (the states of RFC 3857 section 4.7.1, and one for who does not). */
    public enum State {
        /** They see the person, or what the person wants them to see. */
        ACTIVE,
        /** They wait for a decision. */
        PENDING,
        /** They have asked while nothing was decided, and are gone. */
        WAITING,
        /** They do not watch. */
        NONE;

        /** As it is shown: {@code active}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
