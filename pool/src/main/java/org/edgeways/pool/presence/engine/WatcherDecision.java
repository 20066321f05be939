package org.edgeways.pool.presence.engine;

/**
 * What a person has decided about a watcher.
 *
 * @param person who is watched
 * @param watcher who watches
 * @param decision what holds
 * @param decidedAt when, nanoseconds since 1970
 */
public record WatcherDecision(String person, String watcher, Decision decision, long decidedAt) {}
