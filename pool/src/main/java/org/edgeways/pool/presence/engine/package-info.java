/**
 * Event notification (RFC 6665) and presence (RFC 3856, 3903) without I/O: subscriptions, publications, consent, contact
 * lists. The pool's engine stands around it; see {@link org.edgeways.pool.presence.engine.PresenceEngine}.
 */
@NullMarked
package org.edgeways.pool.presence.engine;

import org.jspecify.annotations.NullMarked;
