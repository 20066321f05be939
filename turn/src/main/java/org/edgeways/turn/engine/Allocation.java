package org.edgeways.turn.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.TimerQueue;
import org.edgeways.turn.TurnErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a client has: relayed addresses, permissions, channels and counts.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>then</th></tr>
 * <tr><td>opening</td><td>every port is open, or one of two</td><td>live; the client is answered</td></tr>
 * <tr><td>opening</td><td>no port can be opened</td><td>gone; 508</td></tr>
 * <tr><td>live</td><td>Refresh</td><td>live, for longer</td></tr>
 * <tr><td>live</td><td>Refresh with lifetime 0, time over, connection closed, user withdrawn</td><td>gone</td></tr>
 * </table>
 */
final class Allocation {

    final long id;
    final Credentials.Holder holder;
    final String username;
    final boolean tcp;
    final Quotas.Meter meter;
    final AddressTable<Permission> permissions;
    final AddressTable<Channel> channelsByPeer;
    final AddressTable<Channel> channelsByNumber;

    /** The transaction that made it, so that its retransmission is known. */
    final byte[] transaction;

    Client client;

    @Nullable
    Relay ipv4;

    @Nullable
    Relay ipv6;

    boolean live;
    boolean gone;
    long expires;
    TimerQueue.@Nullable Timer<Due> timer;

    /** How often it has moved (RFC 8016); -1 if it may not. */
    int moves = -1;

    /** To peers, if it is one for TCP. */
    final List<PeerConnection> connections = new ArrayList<>(0);

    /** How the client is to be answered once its ports are open; null from then on. */
    @Nullable
    Opening opening;

    /** The second port of a pair, kept for another allocation while this one lasts; perhaps it has it already, or it was too late. */
    RelayPorts.@Nullable Reservation reservation;

    TimerQueue.@Nullable Timer<Due> reservationTimer;

    /** What the client was answered, in case it did not hear it. */
    byte[] answer = {};

    long packetsFromClient;
    long bytesFromClient;
    long packetsToClient;
    long bytesToClient;
    private long dropped;

    Allocation(long id, long seed, Request request, Quotas.Meter meter, boolean tcp) {
        this.id = id;
        this.holder = request.holder();
        this.username = holder.username();
        this.client = request.client();
        this.transaction = request.message().transactionId();
        this.meter = meter;
        this.tcp = tcp;
        this.permissions = new AddressTable<>(seed);
        this.channelsByPeer = new AddressTable<>(seed);
        this.channelsByNumber = new AddressTable<>(seed);
    }

    @Nullable
    Relay relay(boolean ipv6Family) {
        return ipv6Family ? ipv6 : ipv4;
    }

    void setRelay(boolean ipv6Family, @Nullable Relay relay) {
        if (ipv6Family) {
            ipv6 = relay;
        } else {
            ipv4 = relay;
        }
    }

    boolean isMadeBy(byte[] transactionId) {
        return Arrays.equals(transaction, transactionId);
    }

    boolean isMobile() {
        return moves >= 0;
    }

    boolean mayReach(long high, long low, long now) {
        return barred(high, low, now) == null;
    }

    /** Why nothing goes to a peer's address or comes from it; null if it does. */
    @Nullable
    TurnErrorCode barred(long high, long low, long now) {
        Permission permission = permissions.get(high, low, 0);
        if (permission == null) {
            return TurnErrorCode.NO_PERMISSION;
        }
        return permission.holds(now) ? null : TurnErrorCode.PERMISSION_OVER;
    }

    /** Whether this is the first time that its data is dropped with that code. */
    @SuppressWarnings("EnumOrdinal") // a bit for each, in this process only: nothing is made for a packet
    boolean isFirstDrop(TurnErrorCode code) {
        long bit = 1L << code.ordinal();
        boolean first = (dropped & bit) == 0;
        dropped |= bit;
        return first;
    }

    long secondsLeft(long now) {
        return Math.max(0, (expires - now + 999_999_999L) / 1_000_000_000L);
    }
}
