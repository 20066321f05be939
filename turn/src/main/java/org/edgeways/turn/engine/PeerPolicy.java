package org.edgeways.turn.engine;

/**
 * Which peers something is relayed to. Asked for every operation that names a peer, but for relayed addresses of the node
 * itself, which are never reached through a socket.
 */
public interface PeerPolicy {

    /** Whether packets may go to, and come from, that address; IPv4 in its mapped form. */
    boolean allows(long high, long low);
}
