package org.edgeways.link.engine;

/**
 * How it stands with one inside, as the edge sees it.
 *
 * @param inside the service name in its certificate
 * @param connections that take streams
 * @param draining those that only finish what runs on them
 * @param interactive streams that run
 * @param bulk streams that run
 * @param controlled true while its control stream is up
 */
public record InsideState(
        String inside, int connections, int draining, int interactive, int bulk, boolean controlled) {}
