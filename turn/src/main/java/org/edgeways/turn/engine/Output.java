package org.edgeways.turn.engine;

import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.TransportAddress;

/** What the driver has to do, or may tell, in the order in which it came about. */
public sealed interface Output {

    /** Why an allocation ended. */
    enum EndReason {
        /** The client said so. */
        BY_CLIENT,
        /** Nobody refreshed it. */
        LIFETIME_OVER,
        /** The client's connection was closed. */
        CONNECTION_CLOSED,
        /** The user name is good no more: its person, its device or its key was withdrawn. */
        WITHDRAWN,
        /** The server said so: the node stops, or has no port for it. */
        BY_SERVER
    }

    /**
     * Send a STUN message to a client.
     *
     * @param message whole
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Respond(Client client, byte[] message) implements Output {}

    /** Open a relayed port, and say {@link TurnEngine#relayOpened} or {@link TurnEngine#relayFailed}. */
    record OpenRelay(boolean ipv6, int port, boolean tcp) implements Output {}

    /** Close a relayed port that was opened, or is still being opened. */
    record CloseRelay(boolean ipv6, int port, boolean tcp) implements Output {}

    /**
     * Connect from a relayed port to a peer, and say {@link TurnEngine#peerConnected} or {@link TurnEngine#peerClosed}. The
     * driver asks the policy again with the address that it really connects to, and if that is one that is relayed by this node,
     * whether a relayed port for TCP is there.
     */
    record ConnectPeer(int connection, boolean ipv6, int relayPort, TransportAddress peer) implements Output {}

    /** From now on pass bytes between a client's connection and a peer's; nothing of it is STUN any more. */
    record Join(int connection, Client client) implements Output {}

    /** Close a peer's connection, and the client's that was joined to it. */
    record ClosePeer(int connection) implements Output {}

    /** An allocation was made. */
    record Allocated(long allocation, Client client, String username, List<TransportAddress> relayed)
            implements Output {}

    /** An allocation belongs to another client address from now on (RFC 8016). */
    record Moved(long allocation, Client from, Client to) implements Output {}

    /** An allocation ended; packets and bytes of payload as they were relayed. */
    record Ended(
            long allocation,
            Client client,
            String username,
            EndReason reason,
            long packetsFromClient,
            long bytesFromClient,
            long packetsToClient,
            long bytesToClient)
            implements Output {}

    /**
     * Data of an allocation was dropped, for the first time for that reason: who is not heard, or does not hear, is to find out why. What
     * others send to it without being asked is not told of.
     */
    record Dropping(long allocation, Client client, String username, TurnErrorCode code) implements Output {}

    /** An authenticated request was refused, or one whose credentials do not hold. */
    record Refused(Client client, String username, TurnErrorCode code) implements Output {}
}
