package org.edgeways.pool.presence.engine;

/**
 * What presence is set to.
 *
 * @param defaultDecision what holds for a watcher of our domains about whom the person has decided nothing, default
 *     {@link PresenceDefault#ALLOW}
 * @param limits limits and waiting times
 */
public record PresenceSettings(PresenceDefault defaultDecision, PresenceLimits limits) {

    /** The defaults named above. */
    public static final PresenceSettings DEFAULT = new PresenceSettings(PresenceDefault.ALLOW, PresenceLimits.DEFAULT);
}
