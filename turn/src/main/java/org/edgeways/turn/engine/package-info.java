/** The TURN server (RFC 8656, 6062, 8016) as an engine: no I/O, no clock, no random source of its own. */
@NullMarked
package org.edgeways.turn.engine;

import org.jspecify.annotations.NullMarked;
