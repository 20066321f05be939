package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.Nullable;

/** One event package (RFC 6665 section 7.2) at the notifier. */
public interface EventPackage {

    /** Its name in Event. */
    String name();

    /** The type of its bodies. */
    String contentType();

    /**
     * Whether a watcher may subscribe.
     *
     * @return null if it may
     */
    @Nullable
    PresenceRefusal refusal(String watcher, String resource, long now);

    /** Whether it serves that resource as a list (RFC 4662) to a watcher who supports it. */
    default boolean servesList(String watcher, String resource) {
        return false;
    }

    /**
     * What the next NOTIFY of that subscription says; {@link Subscription#memory} is the package's own.
     *
     * @param full whether all state is to be told, as after a SUBSCRIBE
     * @return null if there is nothing that was not told before
     */
    @Nullable
    Notification notification(Subscription subscription, boolean full, long now);

    /**
     * Why a running subscription ends now, as the reason of Subscription-State.
     *
     * @return null if it goes on
     */
    default @Nullable String ended(Subscription subscription, long now) {
        return null;
    }

    /** A subscription is durable and has begun, also one that was restored. */
    default void began(Subscription subscription, long now) {}

    /** A subscription is over. */
    default void ended(Subscription subscription, String reason, long now) {}
}
