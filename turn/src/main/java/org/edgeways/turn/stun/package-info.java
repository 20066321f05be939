/** STUN messages (RFC 8489, and as RFC 5389 had them), ChannelData and the framing over streams: pure functions. */
@NullMarked
package org.edgeways.turn.stun;

import org.jspecify.annotations.NullMarked;
