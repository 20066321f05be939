package org.edgeways.turn.engine;

import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/** The one check of every operation that names a peer. */
final class PeerCheck {

    private final RelaySettings relaying;
    private PeerPolicy policy;

    PeerCheck(RelaySettings relaying, PeerPolicy policy) {
        this.relaying = relaying;
        this.policy = policy;
    }

    /** From now on this one. Whether it is another one. */
    boolean use(PeerPolicy other) {
        boolean different = !policy.equals(other);
        policy = other;
        return different;
    }

    /** Why an allocation may not have to do with that peer; null if it may. */
    @Nullable
    TurnErrorCode refusal(Allocation allocation, TransportAddress peer) {
        if (allocation.relay(!peer.isIpv4()) == null) {
            return TurnErrorCode.FAMILY_MISMATCH;
        }
        return refusal(peer.high(), peer.low());
    }

    /** Why nothing is relayed to that address; null if something is. A relayed address of ours is reached without a socket. */
    @Nullable
    TurnErrorCode refusal(long high, long low) {
        if (relaying.isOwn(high, low)) {
            return null;
        }
        if (!relaying.open()) {
            return TurnErrorCode.RELAY_PORTS_CLOSED;
        }
        return policy.allows(high, low) ? null : TurnErrorCode.PEER_FORBIDDEN;
    }
}
