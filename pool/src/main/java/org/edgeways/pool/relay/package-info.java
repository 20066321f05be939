/**
 * The A/V authentication service: credentials for relays, made for people who have signed in, and what relays are told to check
 * them by.
 */
@NullMarked
package org.edgeways.pool.relay;

import org.jspecify.annotations.NullMarked;
