package org.edgeways.turn.engine;

import java.time.Duration;
import org.edgeways.base.TimerQueue;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection between a TCP allocation and a peer (RFC 6062 section 5).
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>then</th></tr>
 * <tr><td>connecting</td><td>connected</td><td>waiting; the client is answered</td></tr>
 * <tr><td>connecting</td><td>failed, 30 s over</td><td>gone; 447</td></tr>
 * <tr><td>waiting</td><td>ConnectionBind</td><td>joined</td></tr>
 * <tr><td>waiting</td><td>30 s over</td><td>gone</td></tr>
 * <tr><td>any</td><td>either side closes, or the allocation ends</td><td>gone</td></tr>
 * </table>
 */
final class PeerConnection {

    /** RFC 6062 section 5.2: to connect, and then for the client to take it over. */
    static final long PATIENCE = Duration.ofSeconds(30).toNanos();

    enum State {
        CONNECTING,
        WAITING,
        JOINED,
        GONE
    }

    final int id;
    final Allocation allocation;
    final TransportAddress peer;

    /** The Connect request that is to be answered; null if the peer came by itself. */
    final @Nullable Request request;

    State state;
    TimerQueue.@Nullable Timer<Due> timer;

    PeerConnection(int id, Allocation allocation, TransportAddress peer, @Nullable Request request, State state) {
        this.id = id;
        this.allocation = allocation;
        this.peer = peer;
        this.request = request;
        this.state = state;
    }
}
