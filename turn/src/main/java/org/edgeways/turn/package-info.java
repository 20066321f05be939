/** The error codes of STUN and TURN; the codec is in {@code stun}, the server in {@code engine}. */
@NullMarked
package org.edgeways.turn;

import org.jspecify.annotations.NullMarked;
